"""A kind of conduct with the texts in force on the day of the act. Statutes are public."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from zhunsheng.core.actors import Viewer
from zhunsheng.core.statutes.provisions import Consequence, Provision
from zhunsheng.core.statutes.references import Citation, LawRecord, read_place
from zhunsheng.registers.statutes.queries import laws
from zhunsheng.registers.statutes.queries.citing import Standing, standings


@dataclass(frozen=True, slots=True)
class CitedText:
    """A citation, what the installed base says of it, and the article of that day; '' without one."""

    citation: Citation
    standing: Standing
    text: str


@dataclass(frozen=True, slots=True)
class ProvisionCard:
    """A provision with the texts behind it; `consequences` pairs each with the text of its basis."""

    provision: Provision
    duty: CitedText
    consequences: tuple[tuple[Consequence, CitedText], ...]
    exemptions: tuple[CitedText, ...]


def on_day(
    *, viewer: Viewer, provision: Provision, records: Mapping[str, LawRecord], on: date
) -> ProvisionCard:
    """The provision as the installed law base tells it on a day."""

    def told(citation: Citation) -> CitedText:
        return cited_text(viewer=viewer, citation=citation, records=records, on=on)

    return ProvisionCard(
        provision,
        told(provision.duty),
        tuple((one, told(one.basis)) for one in provision.consequences),
        tuple(told(one) for one in provision.exemptions),
    )


def cited_text(
    *, viewer: Viewer, citation: Citation, records: Mapping[str, LawRecord], on: date
) -> CitedText:
    """One citation with its standing and text on a day."""
    standing = standings(viewer=viewer, citations=[citation], records=records, on=on)[citation]
    record, place = records.get(citation.law), read_place(citation.article)
    if record is None or place is None:
        return CitedText(citation, standing, "")
    cards = (
        laws.article_on(viewer=viewer, law=name, place=place, on=on)
        for name in dict.fromkeys((record.full_name, citation.law))
    )
    found = next((card for card in cards if card is not None), None)
    return CitedText(citation, standing, found.text if found else "")
