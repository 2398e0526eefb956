"""Two invented business people: one represents a reminded firm, the other a second one and acts for both.

Like their colleagues of the bureau they have no passwords; the demo's door lets them in.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from zhunsheng.core.actors import Viewer
from zhunsheng.demo.people import HERE
from zhunsheng.foundation.accounts.actions import outsiders
from zhunsheng.registers.mandates import actions as mandates
from zhunsheng.registers.mandates import queries

VIEWER = Viewer.bureau("demo")
TERM = timedelta(days=90)
CHIEF, BOTH = "陈若溪", "乔安"


def settle(subjects: Sequence[str], at: datetime) -> None:
    """Give them the first two of these subjects; nothing to do with fewer."""
    if len(subjects) < 2:
        return
    chief, own = _represent(subjects[0], CHIEF, "demo-chief", at)
    both, _ = _represent(subjects[1], BOTH, "demo-both", at)
    found = queries.acting(viewer=VIEWER, at=at, person=chief, mandate_id=own)
    assert found is not None
    acts, until = ("ANSWER", "SELF_CHECK"), (at + TERM).date()
    token = mandates.offer(by=found[1], at=at, mandate_id=own, name=BOTH, acts=acts, until=until)
    mandates.accept(by=HERE, at=at, token=token, person=both)


def _represent(subject: str, name: str, log_in: str, at: datetime) -> tuple[str, int]:
    person = outsiders.open_account(by=HERE, at=at, name=name, log_in=log_in, password=None)
    claim = mandates.claim(by=HERE, at=at, subject=subject)
    assert claim is not None
    return person, mandates.take_claim(by=HERE, at=at, claim_id=claim, person=person)
