"""What the packs take from the law: every citation with its standing, kinds of conduct with what follows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise

from zhunsheng.core.actors import Viewer
from zhunsheng.core.statutes.provisions import Consequence
from zhunsheng.core.statutes.references import Citation, Place, read_place
from zhunsheng.engine.lawfiles import law_records, pack_citations, pack_provisions
from zhunsheng.portals.officer.access import internal
from zhunsheng.portals.officer.lists.laws import today
from zhunsheng.portals.officer.words import CONSEQUENCES, STAGES, STANDING_TONES, STANDINGS
from zhunsheng.registers.statutes.queries import browsing, citing, provisions
from zhunsheng.registers.statutes.queries.citing import Standing
from zhunsheng.registers.statutes.queries.provisions import CitedText

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation for a page: where in the packs, what the base says, the number of the law if installed."""

    citation: Citation
    standing: Text
    tone: str
    law: int | None
    key: str


def uses_of(name: str, place: Place) -> list[Citation]:
    """Where the packs cite an article of a law, by its full name."""
    records = law_records(settings.PACKS)
    short = {one.law for one in records.values() if one.full_name == name} | {name}
    told = (one for one in pack_citations(settings.PACKS) if one.law in short)
    return [
        one
        for one in dict.fromkeys(told)
        if (cited := read_place(one.article)) and (cited.number, cited.branch) == (place.number, place.branch)
    ]


def _told(viewer: Viewer, standings: dict[Citation, Standing]) -> list[Cited]:
    records = law_records(settings.PACKS)
    full = {one.law: records[one.law].full_name for one in standings if one.law in records}
    known = browsing.numbers(viewer=viewer, names={*full.values(), *full})
    return [
        Cited(
            one,
            STANDINGS[standing],
            STANDING_TONES[standing],
            known.get(full.get(one.law, ""), known.get(one.law)),
            _key(one),
        )
        for one, standing in standings.items()
    ]


def _key(citation: Citation) -> str:
    place = read_place(citation.article)
    if place is None:
        return ""
    return f"{place.number}-{place.branch}" if place.branch else str(place.number)


@internal
def references(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Every citation of the packs, what does not resolve first (`zhunsheng law check`)."""
    cited = pack_citations(settings.PACKS)
    found = citing.standings(viewer=viewer, citations=cited, records=law_records(settings.PACKS), on=today())
    counts = Counter(found[one] for one in cited)
    told = request.GET.get("standing", "")
    chosen = told if told in STANDINGS else ""
    order = list(STANDINGS)
    shown = {one: found[one] for one in cited if chosen in {"", found[one].value}}
    rows = sorted(
        _told(viewer, shown), key=lambda row: (order.index(found[row.citation]), row.citation.where)
    )
    words = {
        "here": "laws",
        "rows": rows,
        "chosen": chosen,
        "counts": [
            (code, words, counts[Standing(code)], STANDING_TONES[code]) for code, words in STANDINGS.items()
        ],
        "total": len(cited),
    }
    return render(request, "officer/laws/references.html", words)


@internal
def conducts(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Kinds of conduct, by words of theirs."""
    known = pack_provisions(settings.PACKS)
    text = request.GET.get("q", "").replace("\0", "").strip()[:100]
    rows = [one for one in known.values() if text.casefold() in f"{one.id} {one.conduct_zh}".casefold()]
    words = {"here": "laws", "rows": rows, "asked": text, "total": len(known)}
    return render(request, "officer/laws/conducts.html", words)


@internal
def conduct(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    """Conduct → duty → what follows and within which range → what may spare it, with the texts of a day."""
    one = pack_provisions(settings.PACKS).get(key)
    if one is None:
        raise Http404
    told = request.GET.get("goods", "")
    goods_yuan = int(told) if told.isascii() and told.isdigit() and len(told) <= 12 else None
    on = today()
    card = provisions.on_day(viewer=viewer, provision=one, records=law_records(settings.PACKS), on=on)
    texts = [card.duty, *(text for _c, text in card.consequences), *card.exemptions]
    cited = {row.citation: row for row in _told(viewer, {t.citation: t.standing for t in texts})}
    words = {
        "here": "laws",
        "one": one,
        "on": on,
        "goods": "" if goods_yuan is None else goods_yuan,
        "duty": (card.duty, cited[card.duty.citation]),
        "consequences": [
            _follows(c, text, cited[text.citation], goods_yuan)
            for c, text in card.consequences
            if goods_yuan is None or c.fits(goods_yuan * 100)
        ],
        "exemptions": [(text, cited[text.citation]) for text in card.exemptions],
    }
    return render(request, "officer/laws/conduct.html", words)


def _follows(one: Consequence, text: CitedText, cited: Cited, goods_yuan: int | None) -> dict[str, object]:
    fine, bounds, times = one.fine, None, None
    if fine is not None:
        if fine.of_goods and goods_yuan is None:
            times = (f"{fine.low / 100:g}", f"{fine.high / 100:g}")
        else:
            bounds = tuple(f"{fen / 100:,.2f}" for fen in fine.bounds((goods_yuan or 0) * 100))
    return {
        "stage": STAGES[one.stage],
        "kinds": [CONSEQUENCES[kind] for kind in one.kinds],
        "bounds": bounds,
        "times": times,
        "from": one.goods_from // 100,
        "below": one.goods_below // 100 if one.goods_below else None,
        "text": text,
        "cited": cited,
    }
