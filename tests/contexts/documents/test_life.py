"""From draft to issued: two pairs of eyes, a number without a gap, and no change ever after."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from tests.contexts.accounts import office
from tests.contexts.documents.office import (
    AUTHOR,
    BUREAU,
    CHIEF,
    MACHINE,
    NOW,
    OTHER,
    REVIEWER,
    SHOP,
    TERMS,
    approved,
    at,
    begin,
    clauses,
    issued,
    sample,
)
from zhunsheng.core.actors import HumanDecisionRequiredError, PowerLackingError, Scope, ScopeKind, Viewer
from zhunsheng.core.documents.composing import IncompleteError, content_hash, lines_of
from zhunsheng.core.documents.fields import FieldError
from zhunsheng.foundation.documents.actions import drafting, issuing
from zhunsheng.foundation.documents.lifecycle import DocumentStepError
from zhunsheng.foundation.documents.models import Document, DocumentRevision, DocumentStep, KeptTemplate
from zhunsheng.foundation.documents.queries import documents, registers
from zhunsheng.foundation.evidence import queries as trail

pytestmark = pytest.mark.django_db


def file(document: int, viewer: Viewer = BUREAU) -> documents.DocumentFile:
    found = documents.document(viewer=viewer, document_id=document)
    assert found is not None
    return found


def test_a_correction_order_from_draft_to_number() -> None:
    document = issued()
    told = file(document)
    assert (told.card.state, told.card.serial) == ("ISSUED", "汀前市监责改〔2026〕1号")
    assert [(s.kind, s.by_name) for s in told.steps] == [
        ("DRAFTED", "程岚"),
        ("SUBMITTED", "程岚"),
        ("APPROVED", "闻笛"),
        ("ISSUED", "柏舟"),
    ]
    page = documents.content(viewer=BUREAU, document_id=document, terms=TERMS, on=NOW.date())
    assert page is not None
    text = "\n".join(lines_of(page))
    assert "云汀市汀前区市场监督管理局" in text
    assert "自知道或者应当知道行政行为之日起60日内申请行政复议（《行政复议法》第二十条）" in text
    assert told.intact
    entries = trail.entries_of(target=f"document:{document}", viewer=BUREAU)
    assert entries[-1].detail["sha256"] == told.card.content_hash == content_hash(page)


def test_whoever_wrote_any_of_it_does_not_review_it() -> None:
    document = begin()
    drafting.revise(
        by=REVIEWER,
        at=NOW,
        document_id=document,
        values=(v := sample("correction_order")),
        clauses=clauses("correction_order", v),
    )
    drafting.submit(by=AUTHOR, at=NOW, document_id=document, terms=TERMS)
    for author in (AUTHOR, REVIEWER):
        with pytest.raises(DocumentStepError, match="不得审核"):
            drafting.review(by=author, at=NOW, document_id=document, approve=True)
    drafting.review(by=CHIEF, at=NOW, document_id=document, approve=True)


def test_nothing_is_issued_before_it_was_reviewed() -> None:
    document = begin()
    with pytest.raises(DocumentStepError, match="未经审核"):
        issuing.issue(by=CHIEF, at=NOW, document_id=document, terms=TERMS)
    drafting.submit(by=AUTHOR, at=NOW, document_id=document, terms=TERMS)
    with pytest.raises(DocumentStepError, match="未经审核"):
        issuing.issue(by=CHIEF, at=NOW, document_id=document, terms=TERMS)
    with pytest.raises(DocumentStepError, match="理由"):
        drafting.review(by=REVIEWER, at=NOW, document_id=document, approve=False)
    drafting.review(by=REVIEWER, at=NOW, document_id=document, approve=False, text="证据不足")
    assert file(document).card.state == "DRAFT"


def test_an_approval_ends_when_the_document_is_taken_back() -> None:
    document = approved()
    drafting.take_back(by=AUTHOR, at=NOW, document_id=document, text="补充证据")
    assert file(document).card.reviewer == ""
    with pytest.raises(DocumentStepError, match="未经审核"):
        issuing.issue(by=CHIEF, at=NOW, document_id=document, terms=TERMS)


def test_only_named_people_with_the_power_decide() -> None:
    document = approved()
    with pytest.raises(HumanDecisionRequiredError):
        issuing.issue(by=MACHINE, at=NOW, document_id=document, terms=TERMS)
    powerless = dataclasses.replace(CHIEF, powers=frozenset())
    with pytest.raises(PowerLackingError):
        issuing.issue(by=powerless, at=NOW, document_id=document, terms=TERMS)
    with pytest.raises(HumanDecisionRequiredError):
        drafting.review(by=MACHINE, at=NOW, document_id=document, approve=True)


def test_the_software_issues_reminders_and_nothing_that_decides() -> None:
    values = sample("reminder")
    new = drafting.NewDocument("reminder", "980102", "touch:1", SHOP, values)
    told = issuing.issue_new(by=MACHINE, at=NOW, new=new, clauses=clauses("reminder", values), terms=TERMS)
    assert told.serial == "汀前市监提醒〔2026〕1号"


def test_what_is_lacking_or_wrong_is_said() -> None:
    with pytest.raises(FieldError, match="没有这些字段"):
        begin(weather="晴")
    with pytest.raises(DocumentStepError, match="没有查到条文"):
        new = drafting.NewDocument("correction_order", "980102", "case:1", SHOP, sample("correction_order"))
        drafting.draft(by=AUTHOR, at=NOW, new=new, clauses={}, terms=TERMS)
    document = begin(facts="")
    assert file(document).lacking == ("查明的事实",)
    with pytest.raises(IncompleteError, match="查明的事实"):
        drafting.submit(by=AUTHOR, at=NOW, document_id=document, terms=TERMS)
    entry = drafting.NewDocument("dunning", "980102", "case:1", SHOP, {})
    unworded = drafting.draft(by=AUTHOR, at=NOW, new=entry, clauses={}, terms=TERMS)
    with pytest.raises(IncompleteError, match="尚未填写正文"):
        drafting.submit(by=AUTHOR, at=NOW, document_id=unworded, terms=TERMS)


def test_two_revisions_side_by_side() -> None:
    document = begin()
    values = sample("correction_order", facts="执照未悬挂，已口头提示。", demands=["悬挂执照", "拍照报送"])
    number = drafting.revise(
        by=AUTHOR, at=NOW, document_id=document, values=values, clauses=clauses("correction_order", values)
    )
    told = documents.changes(viewer=BUREAU, document_id=document, old=1, new=number)
    assert [change.field for change in told] == ["查明的事实", "改正要求"]
    assert told[1].lines() == ["-将营业执照置于经营场所的醒目位置", "+悬挂执照", "+拍照报送"]
    assert documents.changes(viewer=BUREAU, document_id=document, old=2, new=2) == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("content", {"title": "假"}),
        ("content_hash", "0" * 64),
        ("values", {}),
        ("serial_number", 9),
        ("serial", "假〔2026〕1号"),
        ("issued_at", NOW + dt.timedelta(days=1)),
        ("recipient", "别家"),
        ("internal", True),
        ("reviewer", "假"),
        ("authors", ["假"]),
        ("state", "DRAFT"),
        ("state", "DISCARDED"),
    ],
)
def test_the_database_refuses_every_change_of_what_was_issued(column: str, value: object) -> None:
    document = issued()
    with pytest.raises(DatabaseError), transaction.atomic():
        Document.objects.filter(id=document).update(**{column: value})
    with pytest.raises(DatabaseError), transaction.atomic():
        Document.objects.filter(id=document).delete()


def test_drafts_may_change_and_history_never() -> None:
    document = begin()
    assert Document.objects.filter(id=document).update(recipient="改名") == 1
    for rows in (DocumentRevision.objects, DocumentStep.objects, KeptTemplate.objects):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.all().delete()


def test_a_changed_content_does_not_stay_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    document = issued()
    assert file(document).intact
    monkeypatch.setattr(
        "zhunsheng.foundation.documents.queries.documents.content_hash", lambda content: "0" * 64
    )
    assert not file(document).intact


def test_a_fault_is_corrected_by_a_document_that_names_the_original() -> None:
    original = issued()
    with pytest.raises(DocumentStepError, match="更正"):
        begin("correction_notice")
    with pytest.raises(DocumentStepError, match="更正"):
        begin("guidance", corrects=original)
    with pytest.raises(DocumentStepError, match="当事人"):
        begin("correction_notice", corrects=original, recipient=OTHER)
    with pytest.raises(DocumentStepError, match="已签发"):
        begin("correction_notice", corrects=begin())
    notice = issued("correction_notice", corrects=original)
    page = documents.content(viewer=BUREAU, document_id=notice, terms=TERMS, on=NOW.date())
    assert page is not None
    assert any("本局发出的汀前市监责改〔2026〕1号有误" in line for line in lines_of(page))
    assert file(original).corrections == ((notice, "汀前市监更正〔2026〕1号"),)
    assert file(notice).corrects == "汀前市监责改〔2026〕1号"
    assert file(original).steps[-1].kind == "CORRECTED"


def test_a_cancelled_number_stays_in_sight() -> None:
    first, second = issued(), issued()
    issuing.cancel(by=CHIEF, at=NOW, document_id=first, text="发错对象", terms=TERMS)
    third = issued()
    told = registers.register(viewer=BUREAU, organ="980102", year=2026, serial_type="责改")
    assert [(n.number, n.state) for n in told.numbers] == [(1, "CANCELLED"), (2, "ISSUED"), (3, "ISSUED")]
    assert (told.last, told.missing) == (3, ())
    assert {first, second, third} == {card.id for card in documents.listing(viewer=BUREAU)}
    with pytest.raises(DocumentStepError):
        issuing.cancel(by=CHIEF, at=NOW, document_id=first, text="再次", terms=TERMS)


def test_years_organs_and_types_count_apart() -> None:
    issued(when=at("2026-12-31 23:59"))
    document = issued(when=at("2027-01-01 00:00"))
    assert file(document).card.serial == "汀前市监责改〔2027〕1号"
    assert file(issued("guidance")).card.serial == "汀前市监指导〔2026〕1号"


def test_a_draft_ends_under_the_template_it_began_with() -> None:
    document = approved()
    old = TERMS.catalogue.template("correction_order")
    newer = dataclasses.replace(old, version="2", blocks=(), content_hash="2" * 64)
    catalogue = dataclasses.replace(TERMS.catalogue, templates={**TERMS.catalogue.templates, old.id: newer})
    terms = dataclasses.replace(TERMS, catalogue=catalogue)
    assert issuing.issue(by=CHIEF, at=NOW, document_id=document, terms=terms).serial
    assert file(document).template.version == file(document).card.version == "1"


def test_another_text_under_the_same_version_is_refused() -> None:
    begin()
    old = TERMS.catalogue.template("correction_order")
    other = dataclasses.replace(old, content_hash="3" * 64)
    catalogue = dataclasses.replace(TERMS.catalogue, templates={old.id: other})
    values = sample("correction_order")
    new = drafting.NewDocument("correction_order", "980102", "case:2", SHOP, values)
    with pytest.raises(DocumentStepError, match="版本号"):
        drafting.draft(
            by=AUTHOR,
            at=NOW,
            new=new,
            clauses=clauses("correction_order", values),
            terms=dataclasses.replace(TERMS, catalogue=catalogue),
        )


def test_who_sees_what() -> None:
    draft, order, record = begin(), issued(), issued("inspection_record")
    shop = Viewer.business(SHOP.key)
    assert [card.id for card in documents.listing(viewer=shop)] == [order]
    assert documents.document(viewer=shop, document_id=draft) is None
    assert documents.document(viewer=shop, document_id=record) is None
    assert file(order, shop).steps == ()
    assert documents.listing(viewer=Viewer.business(OTHER.key)) == []

    def officer(scope: Scope, key: str = "9801-99") -> Viewer:
        return dataclasses.replace(
            Viewer.business("x"), audience=BUREAU.audience, key=key, scope=scope, subjects=frozenset()
        )

    opens: Callable[[Viewer], Any] = lambda viewer: len(documents.listing(viewer=viewer))  # noqa: E731
    assert opens(officer(Scope(ScopeKind.UNIT, districts=frozenset({"980102"})))) == 3
    assert opens(officer(Scope(ScopeKind.UNIT, stations=frozenset({("980102", "柳汀所")})))) == 3
    assert opens(officer(Scope(ScopeKind.UNIT, districts=frozenset({"980105"})))) == 0
    assert opens(officer(Scope(ScopeKind.UNIT, without_station=frozenset({"980102"})))) == 0
    assert opens(officer(Scope(ScopeKind.OWN, districts=frozenset({"980102"})), key=AUTHOR.key)) == 3
    assert opens(officer(Scope())) == 0


def test_who_can_see_a_document_and_why_is_what_its_scope_does() -> None:
    """Whoever wrote it sees it wherever the desk moves; a scope of the own work opens nothing else."""
    office.found_bureau()
    cases = (
        (AUTHOR.key, "officer", "980103/西浦所", None),
        ("2001", "unit_head", "980102", None),
        ("2002", "officer", "980103/西浦所", None),
        ("2003", "unit_head", "980102", ScopeKind.OWN),
        ("2004", "unit_head", "9801", None),
    )
    number, told = begin(), {}
    for key, role, unit, kind in cases:
        office.hire(key, f"同事{key}", unit)
        office.certify(key, office.date(2028, 12, 31))
        viewer = office.at_work(office.give(key, role, unit, kind)).viewer
        told[f"同事{key}"] = documents.document(viewer=viewer, document_id=number) is not None
    why = documents.why_visible(viewer=BUREAU, document_id=number, on=office.TODAY, power="document.read")
    assert {sentence.partition("：")[0] for sentence in why} == {name for name, sees in told.items() if sees}
    assert "由其起草" in why[[s.startswith(f"同事{AUTHOR.key}") for s in why].index(True)]
    assert list(told.values()) == [True, True, False, False, True]
