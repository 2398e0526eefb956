"""No page asks more of the database because there is more in it: every address that can be read, counted
before and after every table with rows has grown."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, models, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, get_resolver, reverse

from tests.contexts.accounts import office
from tests.contexts.documents import office as papers
from tests.contexts.statutes.test_law_base import bring
from tests.contexts.statutes.test_lists import SAMPLE
from tests.halves import every_other
from tests.journeys.city import BUREAU, Bureau, at
from tests.journeys.rulers import AUTHOR, BOARD, approved, revised
from tests.journeys.rulers import line as yellow_at
from tests.portals import business
from tests.portals.pages import E1, as_, link, photo, reminded, staffed, stand_at
from tests.portals.test_imports import HEAD_HERE, upload
from tests.portals.test_imports import row as line
from tests.portals.test_routes import EXAMPLES, TABLE, routes
from zhunsheng.core.actors import Actor, ActorKind
from zhunsheng.core.clock import FixedClock
from zhunsheng.core.reporting.impact import COLOUR_WORDS
from zhunsheng.foundation.accounts.models import Account, Grant
from zhunsheng.foundation.attachments import actions as attachments
from zhunsheng.foundation.documents.actions import wordings
from zhunsheng.foundation.documents.actions.drafting import Recipient
from zhunsheng.foundation.evidence.models import AuditEvent
from zhunsheng.foundation.outreach.models import Message
from zhunsheng.foundation.schedule.actions import deadlines
from zhunsheng.foundation.schedule.actions.deadlines import Matter
from zhunsheng.foundation.webhooks import actions as webhooks
from zhunsheng.judging.portraits.models import ClassRun
from zhunsheng.judging.rulebook.actions import manuscripts, shadows
from zhunsheng.judging.rulebook.lifecycle import SaveHow
from zhunsheng.judging.triggers.models import AreaAlert, Touch
from zhunsheng.registers.statutes.actions import lists as statutes
from zhunsheng.registers.statutes.models import Law
from zhunsheng.sensing.signals import queries as signals
from zhunsheng.workflows import classing, objecting, snoozing, trying
from zhunsheng.workflows.asking import Question, ask
from zhunsheng.workflows.proposing import propose
from zhunsheng.workflows.ruling import rules_at
from zhunsheng.workflows.sweeping import Sweep

pytestmark = pytest.mark.django_db
COPIES, NOW = 3, at("2026-07-02 10:00")
# What is named by its own content or stands for one browser has no second one.
ONCE = {"Dossier", "LoginSession", "KeptPack", "KeptTemplate", "LawVersion"}


def copy_of(row: models.Model, number: int) -> models.Model:
    """Another row like this one; what must be unique in it differs."""
    model = type(row)
    values = {f.attname: getattr(row, f.attname) for f in model._meta.concrete_fields if not f.primary_key}
    alone = {f.name for f in model._meta.concrete_fields if f.unique}
    together = [c.fields for c in model._meta.constraints if isinstance(c, models.UniqueConstraint)]
    for names in [*([name] for name in alone), *together]:
        fields: list[Any] = [model._meta.get_field(name) for name in names]
        for field in sorted(fields, key=lambda f: (f.is_relation, bool(f.choices), f.name)):
            if told := another(field, row, number):
                values[field.attname] = told
                break
    made = model(**values)
    pk = model._meta.pk
    if not isinstance(pk, models.AutoField | models.BigAutoField):
        setattr(made, pk.attname, another(pk, row, number))
    return made


def another(field: Any, row: models.Model, number: int) -> Any:
    value = getattr(row, field.attname)
    if isinstance(field, models.CharField | models.TextField) and not field.choices:
        return f"{value[: (field.max_length or 99) - 3]}~{number}"
    if isinstance(field, models.DateField):
        return value + timedelta(days=number) if isinstance(value, date) else None
    return value + 1_000 + number if isinstance(field, models.IntegerField) else None


def grow() -> dict[str, int]:
    """Copies of the newest rows of every table; by table how many could be made."""
    told: dict[str, int] = {}
    for model in apps.get_models():
        if not model.__module__.startswith("zhunsheng.") or model.__name__ in ONCE:
            continue
        for row in list(model._default_manager.order_by("-pk")[:2]):
            for number in range(1, COPIES + 1):
                try:
                    with transaction.atomic():
                        model._default_manager.bulk_create([copy_of(row, number)])
                        told[model.__name__] = told.get(model.__name__, 0) + 1
                except IntegrityError:
                    pass
    return told


KEEPERS = {"0021": "system_admin", "0022": "list_editor", "0023": "audit_admin", "0024": "security_admin"}
READERS = ("0001", "0002", "0005", "0007", *KEEPERS)
SIDES = ("business", "enterprise")
# What needs a state or a bearer that this world has not, each counted or looked at in its own test.
NEVER_READ = {
    *("api:fact", "api:nothing", "api:subject", "api:subjects"),
    *("api:replays", "api:replay", "api:replay_report"),
    *("business:accept", "business:check", "business:claim", "business:code", "business:done"),
    *("business:feed", "business:file", "enterprise:check", "enterprise:done", "enterprise:file"),
    *("imports:returned", "imports:undo", "officer:batch-done", "officer:paper-receipt", "public:list"),
    *(f"{side}:self-check-{part}" for side in SIDES for part in ("review", "done", "dates", "file")),
    *("reports:data", "reports:page", "reports:report", "sign:code", "sign:enrol", "sign:provider"),
    "sign:provider-return",
}


@pytest.fixture
def numbers(settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    """One of everything, and by (namespace of the) route what its address is made of."""
    settings.MEDIA_ROOT = tmp_path
    settings.WEBHOOK_HOSTS = frozenset({"hooks.example"})
    stand_at(settings, "2026-07-02 10:00")
    staffed(monkeypatch)
    for key, role in KEEPERS.items():
        office.hire(key, f"同事{key}", "9801")
        office.give(key, role, "9801")
        office.open_account(key, f"demo-{key}")
    bureau, now = Bureau(), NOW
    touch = reminded(bureau)
    bureau.tell(E1, "ELEVATOR_TRAPPED", "2026-07-01", object="L-7", number="1")
    bureau.tell(E1, "ELEVATOR_FAULT", "2026-07-01", object="L-7", ran_unchecked=True)
    deadlines.open_deadline(
        by=Actor.service("test"),
        at=at("2026-06-01"),
        of=Matter("task:0", f"subject:{E1}", "核查", "汀前所", E1),
        clock="task.review",
        started_at=at("2026-06-01"),
        terms=papers.TERMS.clocks,
    )
    document = papers.begin(recipient=Recipient(E1, "云汀电梯物业", E1, "980102", "汀前所"))
    chief = business.somebody("chief", "陈明", at=now)
    mandate = business.represent(E1, chief, now)
    fact = next(f for f in signals.timeline(viewer=BUREAU, subject=E1) if f.kind == "ELEVATOR_RECORD")
    by = business.actor(chief, mandate, now)
    objection = objecting.file(by=by, at=now, fact_id=fact.fact_id, reason="不对")
    bring("# 云汀市纸鸢办法\n\n自2022年3月1日起施行\n\n第一条 放飞须登记。\n\n第二条 罚款二百元。")
    editor = Actor(ActorKind.PERSON, "0022", "x", frozenset({statutes.EDIT}))
    statutes.draft(by=editor, at=now, content=SAMPLE)
    own = wordings.draft(by=editor, at=now, kind="correction_order", reason="x", terms=papers.TERMS)
    classing.run_classes(now, classing.judge_all(now, now))
    grant = Grant.objects.get(person__key="0021").id
    hook, _key = webhooks.subscribe(
        by=office.at_work(grant).actor,
        at=now,
        name="大数据局",
        url="https://hooks.example/",
        types=["touch.created"],
    )
    table = upload(
        as_(Client(), "0002"), SimpleUploadedFile("名册.csv", (HEAD_HERE + line() + "\n").encode())
    )
    run, proposal = tried_out()
    snoozing.start(
        by=BOARD,
        at=now,
        viewer=BUREAU,
        point_id="T02-1",
        reason="数据源正在更换",
        district="980102",
        until=at("2026-07-20"),
    )
    shadows.start(
        by=AUTHOR,
        at=now,
        proposal_id=approved(now, revised(now, yellow_at(1))),
        reason="看看",
        until=date(2026, 7, 20),
    )
    alert = AreaAlert.objects.create(point="T01-1", area="7020/980102", subjects=[E1], raised_at=now)
    text = rewriting()
    picture = attachments.keep(
        by=Actor.service("test"),
        at=now,
        owner=f"touch:{touch}",
        shared_with=E1,
        name="现场.jpg",
        content=photo(),
        capture=attachments.Capture(device="记录仪"),
    )
    link_token = link(touch).split("/")[2]
    told: dict[str, dict[str, Any]] = {
        "": {"number": touch, "key": E1, "name": "subjects", "form": "csv", "touch": touch},
        "evidence": {"number": picture},
        "objection": {"number": objection},
        "act": {"number": AuditEvent.objects.latest("id").id},
        "document": {"number": document, "form": "pdf", "method": "DIRECT"},
        "paper": {"number": document, "kind": "correction_order", "method": "DIRECT", "field": "broken"},
        "messages": {"number": Message.objects.latest("id").id, "key": E1},
        "laws": {"number": Law.objects.get().id, "key": "1"},
        "conduct": {"key": "AD-ABSOLUTE"},
        "policy": {"key": "tolerance.sample"},
        "wording": {"number": own, "kind": "correction_order"},
        "rules": {"key": "T01-1", "number": proposal},
        "alert": {"number": alert.id},
        "manuscript": {"number": text},
        "part": {"number": text},
        "lab": {"number": run, "key": E1, "form": "json"},
        "guide": {"code": "G-LIFT-DUE"},
        "self": {"code": "S-LIFT"},
        "webhooks": {"number": hook},
        "mandates": {"number": mandate},
        "imports": {"number": table, "name": "subjects", "form": "csv"},
        "reports": {"number": ClassRun.objects.get().id, "form": "pdf"},
        "business": {
            "mandate": mandate,
            "touch": touch,
            "number": touch,
            "fact": fact.fact_id,
            "token": link_token,
        },
        "enterprise": {"token": link_token, "number": touch},
        "public": {"key": "tolerance.sample"},
    }
    return told


def tried_out() -> tuple[int, int]:
    """A run of the lab that is done, and a proposal made of it."""
    by = Actor(ActorKind.PERSON, "0005", "顾南乔", frozenset({"rule.replay", "rule.edit"}))
    line = Sweep("T02-1", "yellow.at_least", (3,))
    run = ask(by, NOW, BUREAU, None, Question((at("2026-06-01"), at("2026-07-02")), NOW, line=line))
    while trying.work_off(FixedClock(NOW)):
        pass
    return run, propose(by, NOW, BUREAU, run, "误报多")


def rewriting() -> int:
    """A manuscript with a save that was tried out."""
    by = Actor(ActorKind.PERSON, "0005", "顾南乔", frozenset({"rule.replay", "rule.edit"}))
    base = rules_at(NOW).pack
    number = manuscripts.begin(by=by, at=NOW, base_hash=base.content_hash, base_version=base.version)
    told = {"by": by, "at": NOW, "manuscript_id": number, "read": 0}
    text = "id: T01-1\nname_zh: 检验\nrisk_zh: 失检\n"
    manuscripts.save(**told, key="T01-1", home="T01", text=text, how=SaveHow.YAML)
    manuscripts.note_trial(**{**told, "read": 1}, pack_hash=base.content_hash)
    return number


def address(name: str, pattern: URLPattern, numbers: dict[str, dict[str, Any]]) -> str:
    space, _, own = name.rpartition(":")
    query = {
        "lab:rows": f"?version=0&table=item&row=T01&column={COLOUR_WORDS[0]}",
        "lab:why": "?version=0&at=2026-07-01T10:00:00%2B08:00",
        "org:unit": "?key=980102",
        "org:person": "?person=0002",
        "officer:reveal": "?field=phone",
        "officer:paper-clauses": "?q=纸鸢办法 2",
        "officer:alarm": "?key=overdue:980102/汀前所",
        "mandates:revoke": f"?number={numbers['business']['mandate']}",
    }
    known = EXAMPLES | numbers[""] | numbers.get(space, {}) | numbers.get(own.partition("-")[0], {})
    return reverse(name, kwargs={key: known[key] for key in pattern.pattern.converters}) + query.get(name, "")


def read_by(readers: list[Client], where: str) -> Client:
    """The first who may; whatever nobody here can read stands in NEVER_READ."""
    found = next((one for one in readers if one.get(where).status_code == 200), None)
    assert found is not None, where
    return found


def test_no_page_asks_more_when_everything_grows(numbers: dict[str, dict[str, Any]]) -> None:
    """How often a page asks does not depend on the database: each looks at half of the pages."""
    readers = [as_(Client(), key) for key in READERS]
    chief = Account.objects.get(person__side="BUSINESS").person.key
    readers += [business.signed_in(chief, NOW), Client()]
    pages: dict[str, tuple[Client, str]] = {}
    for name, pattern in every_other([*routes(get_resolver().url_patterns)]):
        if "GET" in TABLE["routes"][name] and name not in NEVER_READ:
            where = address(name, pattern, numbers)
            pages[name] = (read_by(readers, where), where)

    def looks() -> dict[str, int]:
        told = {}
        for name, (reader, where) in pages.items():
            with CaptureQueriesContext(connection) as asked:
                assert reader.get(where).status_code == 200, name
            told[name] = len(asked)
        return told

    before, grown = looks(), grow()
    assert len(grown) > 30 and min(grown.values()) >= COPIES
    after = looks()
    assert {name: (before[name], n) for name, n in after.items() if n > before[name]} == {}


def test_a_page_that_asks_for_each_row_would_be_seen(numbers: dict[str, dict[str, Any]]) -> None:
    def looks() -> int:
        with CaptureQueriesContext(connection) as asked:
            for touch in Touch.objects.all():
                touch.steps.count()
        return len(asked)

    before = looks()
    grow()
    assert looks() > before
