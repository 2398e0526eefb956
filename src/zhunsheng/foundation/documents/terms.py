"""What documents are made under on a day: the catalogue, the clocks, the bureau's name and telephone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from zhunsheng.core.clock import day_start, moment
from zhunsheng.core.deadlines.deadline import start
from zhunsheng.core.deadlines.regimes import Unit
from zhunsheng.core.deadlines.terms import ClockTerms
from zhunsheng.core.documents.catalogue import Catalogue, UnknownTemplateError
from zhunsheng.core.documents.clauses import citation_words
from zhunsheng.core.documents.template import Template

UNITS_ZH = {
    Unit.WORKDAYS: "个工作日",
    Unit.DAYS: "日",
    Unit.STATUTE_DAYS: "日",
    Unit.MONTHS: "个月",
    Unit.YEARS: "年",
    Unit.HOURS: "小时",
}


@dataclass(frozen=True, slots=True)
class DocumentTerms:
    """Handed to every action: nothing of it is read by the actions themselves.

    `wordings` are the bureau's own by kind: published ones with their first day, oldest first.
    """

    catalogue: Catalogue
    clocks: ClockTerms
    bureau: str
    contact: str
    wordings: Mapping[str, tuple[tuple[date, Template], ...]] = field(default_factory=dict)

    def template(self, kind: str, on: date) -> Template:
        """What a document of a kind is begun with on a day: the bureau's own wording in force, or the
        catalogue's. UnknownTemplateError for a kind that the catalogue does not know."""
        entry = self.catalogue.template(kind)
        standing = [told for day, told in self.wordings.get(kind, ()) if day <= on]
        return standing[-1] if standing else entry

    def templates(self, on: date) -> list[Template]:
        """Every kind with what it is begun with on a day."""
        return [self.template(kind, on) for kind in self.catalogue.templates]

    def organ_name(self, key: str) -> str:
        """The name of an organ; the bureau's own where the catalogue leaves it open."""
        if key not in self.catalogue.organs:
            known = "、".join(self.catalogue.organs)
            raise UnknownTemplateError(f"没有机关 {key}；可用：{known}")
        return self.catalogue.organs[key].name_zh or self.bureau

    def rights(self, template: Template, on: date) -> str:
        """The periods that a document tells its reader of, by the law of a day; empty when of none."""
        told = []
        for key in template.told_clocks:
            row, regime = self.clocks.book.row(key), self.clocks.book.regime(key, on)
            period = f"{regime.length}{UNITS_ZH[regime.unit]}内"
            told.append(
                f"自{row.start_zh}之日起{period}{row.name_zh}（{citation_words(regime.law, regime.article)}）"
            )
        return "，或者".join(told)

    def ends(self, template: Template, served_on: date) -> list[tuple[str, date | None]]:
        """(name, last day) of the periods that a document tells of, once it is served; None while unknown."""
        started_at = moment(day_start(served_on))
        return [
            (
                self.clocks.book.row(key).name_zh,
                self.clocks.reckon(start(self.clocks.book, key, started_at)).due_on,
            )
            for key in template.told_clocks
        ]
