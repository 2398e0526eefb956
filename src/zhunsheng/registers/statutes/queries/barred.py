"""Laws that are no ground on a day, and which text of a law was in force: asked for many laws at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Max, Min

from zhunsheng.core.actors import Viewer
from zhunsheng.core.statutes.references import LawRecord
from zhunsheng.registers.statutes.models import Law, LawVersion

NAMES_MAX = 20


@dataclass(frozen=True, slots=True)
class Barred:
    """A law that was not in force on a day. `since` is the first day after its end, or the first of its life.

    `successor` is the full name of the law that took its place, empty where nobody wrote it down.
    """

    law: str
    ended: bool
    since: date
    successor: str

    def words(self, on: date) -> str:
        """What is in the way and what to do instead."""
        if not self.ended:
            return f"《{self.law}》自 {self.since} 起施行，{on} 尚未施行，不能引用；请引用当日有效的规定"
        cure = f"请改引《{self.successor}》" if self.successor else "请引用当日有效的规定"
        return f"《{self.law}》自 {self.since} 起失效，{on} 的行为不能引用；{cure}"


def named(*, viewer: Viewer, words: str) -> list[str]:
    """Full names of the installed laws that have these words in them, the shortest first."""
    del viewer
    found = Law.objects.filter(name__icontains=words).values_list("name", flat=True)
    return sorted(found[:NAMES_MAX], key=len)


def barred(
    *, viewer: Viewer, names: Iterable[str], on: date, records: Mapping[str, LawRecord]
) -> dict[str, Barred]:
    """Which of these laws (full or short names) were not in force on a day; unknown ones are not barred."""
    del viewer
    known = {name: _record(name, records) for name in dict.fromkeys(names)}
    full = {name: record.full_name if record else name for name, record in known.items()}
    rows = Law.objects.filter(name__in=set(full.values())).annotate(first=Min("versions__valid_from"))
    found = {row.name: (row.repealed_on, row.first) for row in rows}
    told = {}
    for name, record in known.items():
        ended, first = found.get(full[name], (None, None))
        if ended is None and record is not None and record.valid_to is not None:
            ended = record.valid_to + timedelta(days=1)
        if ended is not None and on >= ended:
            told[name] = Barred(full[name], True, ended, _successor(record, records))
        elif first is not None and on < first:
            told[name] = Barred(full[name], False, first, "")
    return told


def texts_on(*, viewer: Viewer, names: Iterable[str], on: date) -> dict[str, date]:
    """Full name → first day of the text in force on a day, of laws that are installed and not barred."""
    del viewer
    texts = LawVersion.objects.filter(law__name__in=set(names), valid_from__lte=on)
    standing = texts.exclude(law__repealed_on__lte=on).order_by()
    return dict(standing.values_list("law__name").annotate(Max("valid_from")))


def _record(name: str, records: Mapping[str, LawRecord]) -> LawRecord | None:
    if name in records:
        return records[name]
    return next((one for one in records.values() if one.full_name == name), None)


def _successor(record: LawRecord | None, records: Mapping[str, LawRecord]) -> str:
    if record is None or not record.successor:
        return ""
    return records[record.successor].full_name if record.successor in records else record.successor
