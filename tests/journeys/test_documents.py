"""What the loop says and decides is on paper: the reminder as an issued letter, the decision as a form."""

from __future__ import annotations

import pytest

from tests.journeys.city import BUREAU, OFFICER, Bureau, at
from zhunsheng.core.actors import Viewer
from zhunsheng.core.documents.composing import lines_of
from zhunsheng.core.statutes.parsing import parse_statute
from zhunsheng.foundation.documents.queries import documents
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.lifecycle import Step
from zhunsheng.registers.statutes.actions import laws
from zhunsheng.workflows import drafting, reminding
from zhunsheng.workflows.answering import take_decision
from zhunsheng.workflows.terms import document_terms

pytestmark = pytest.mark.django_db
E1 = "91980102MA100A1B2U"
LAW = (
    "# 中华人民共和国特种设备安全法\n\n自2014年1月1日起施行\n\n"
    "第四十条 使用单位应当在有效期届满前提出定期检验要求。"
)


def text_of(document: int, viewer: Viewer = BUREAU) -> str:
    told = documents.content(
        viewer=viewer, document_id=document, terms=document_terms(), on=at("2026-07-01").date()
    )
    assert told is not None
    return "\n".join(lines_of(told))


@pytest.fixture
def touched() -> triggers.TouchCard:
    city = Bureau()
    city.register(E1, "云汀电梯物业")
    city.enrol(E1, "T01", "T02")
    laws.import_law(by=OFFICER, at=at("2026-01-01"), parsed=parse_statute(LAW), source="invented.md")
    city.tell(E1, "ELEVATOR_RECORD", "2026-01-02", object="L-7", inspection_due_on="2026-07-31")
    city.pass_time("2026-07-01")
    (touch,) = triggers.touches(viewer=BUREAU, subject=E1)
    return touch


def test_a_reminder_is_an_issued_letter(touched: triggers.TouchCard) -> None:
    (card,) = documents.listing(viewer=Viewer.business(E1))
    assert (card.kind, card.state, card.recipient) == ("reminder", "ISSUED", "云汀电梯物业")
    assert card.serial.endswith("提醒〔2026〕1号")
    text = text_of(card.id, Viewer.business(E1))
    assert "L-7" in text and "请在此日前答复：2026年7月10日" in text
    assert "《中华人民共和国特种设备安全法》第四十条" in text
    reminding.on_again({"key": f"{touched.id}:3"}, at("2026-07-04 09:00"))
    assert len(documents.listing(viewer=BUREAU)) == 1


def test_a_decision_about_a_red_touch_leaves_its_form(touched: triggers.TouchCard) -> None:
    Bureau().pass_time("2026-07-11")
    take_decision(
        by=OFFICER, at=at("2026-07-13 10:00"), touch_id=touched.id, step=Step.FIXABLE, reason="检验尚未预约"
    )
    (card,) = documents.listing(viewer=BUREAU, kind="touch_assessment")
    text = text_of(card.id)
    assert "责令改正" in text and "理由：检验尚未预约" in text and OFFICER.name in text
    assert "电梯" in text and "级别：黄" in text
    assert [d.kind for d in documents.listing(viewer=Viewer.business(E1))] == ["reminder"]


def test_an_order_is_drafted_for_a_registered_business_in_its_own_organ(touched: triggers.TouchCard) -> None:
    law = [{"law": "特种设备安全法", "article": "40"}]
    values = {**document_terms().catalogue.template("correction_order").sample, "broken": law, "ground": law}
    drafter = OFFICER.__class__(OFFICER.kind, OFFICER.key, OFFICER.name, frozenset({"document.draft"}))
    document = drafting.begin(
        by=drafter,
        at=at("2026-07-13"),
        kind="correction_order",
        subject=E1,
        owner=f"touch:{touched.id}",
        values=values,
    )
    text = text_of(document)
    assert "《中华人民共和国特种设备安全法》第四十条：使用单位应当" in text
    number = drafting.again(
        by=drafter, at=at("2026-07-13"), document_id=document, values={**values, "facts": "另有"}
    )
    assert number == 2 and "另有" in text_of(document)
