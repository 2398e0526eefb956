"""What a child keeps, forgets and finds again in its house, for the test of erasure."""

from __future__ import annotations

from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path

from django.conf import settings
from django.db import transaction

from tests.contexts.evidence.logs import BUREAU, NOW, OFFICER, checked, prove, sealed, trusted
from zhunsheng.core.actors import Actor, ActorKind
from zhunsheng.foundation.evidence import actions, personal, queries
from zhunsheng.foundation.evidence.models import AuditEvent, LeafSalt, SealedDetail
from zhunsheng.foundation.evidence.proofs import Proven
from zhunsheng.foundation.evidence.signing import begin_again
from zhunsheng.workflows import sealing

GOES, STAYS = Actor(ActorKind.PERSON, "P-LI", "李敏"), Actor(ActorKind.PERSON, "P-WANG", "王舟")
SECRET = {GOES.key: "执法记录仪 7 号", STAYS.key: "执法记录仪 8 号"}


def at_home(home: Path) -> None:
    """Keys and ledger lie here."""
    settings.HOME, settings.PUBLIC_ADDRESS = home, "https://yunting.example"


def keep(line: Connection, home: Path) -> None:
    """Two persons act, each with something kept apart; all of it is in the log."""
    at_home(home)
    for person in (GOES, STAYS):
        with transaction.atomic():
            told = actions.seal_detail(by=person, at=NOW, person=person.key, told={"d": SECRET[person.key]})
            actions.record(by=person, at=NOW, action="FILE_KEPT", target=f"touch:{person.key}", detail=told)
    sealing.seal_log(NOW)
    line.send(finding(home))


def forget(line: Connection, home: Path) -> None:
    """One of them is forgotten."""
    at_home(home)
    actions.forget(by=OFFICER, at=NOW, person=GOES.key, reason="保存期满")
    sealing.seal_log(NOW)
    line.send(finding(home))


def come_back(line: Connection, home: Path, proofs: list[Proven]) -> None:
    """The database of before stands here again: found as it is, then after a turn, then in a new log."""
    at_home(home)
    line.send(finding(home))
    halted = sealing.seal_log(NOW).halted
    line.send((finding(home), halted))
    begin_again(by=OFFICER, home=home, at=NOW, reason="从备份恢复")
    sealed(home)
    for proven in proofs:
        proven.check(trusted(home))
        if proven.salt:
            prove(proven, trusted(home))
    line.send((finding(home), actions.forget_again(by=OFFICER, at=NOW)))


def finding(home: Path) -> dict[str, object]:
    """Whose secrets open, whose leaves have a salt, how many acts there were, faults, proofs."""
    opened = {}
    for row in SealedDetail.objects.all():
        told = personal.open_for(row.person, bytes(row.sealed), bound=row.commitment)
        opened[row.person] = bool(told) and SECRET[row.person] in (told or b"").decode(errors="replace")
    events = {row.id: row for row in AuditEvent.objects.all()}
    salted = LeafSalt.objects.filter(event_id__in=events).values_list("event_id", flat=True)
    return {
        "opens": sorted(person for person, yes in opened.items() if yes),
        "salted": sorted(events[n].actor_key for n in salted if events[n].action == "FILE_KEPT"),
        "counts": Counter(row.action for row in events.values() if row.action == "FILE_KEPT"),
        "faults": checked(home).faults,
        "proofs": queries.proofs_of(viewer=BUREAU, targets=[f"touch:{p.key}" for p in (GOES, STAYS)]),
    }


def keep_the_key() -> None:
    """The fault: the decision is noted, the key stays."""
    setattr(personal, "destroy", lambda person: None)  # noqa: B010


def forget_only_once() -> None:
    """The fault: a database that comes back does not ask what was decided meanwhile."""
    setattr(sealing, "forget_again", lambda *, by, at: 0)  # noqa: B010
