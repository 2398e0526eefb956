"""The clause picker: a field of a draft gets its law from the law base, as it stood on the day of the act."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zhunsheng.core.actors import PowerLackingError, Viewer
from zhunsheng.core.documents.clauses import Clause, citation_words, clause_key, places_within
from zhunsheng.core.documents.fields import FieldError
from zhunsheng.core.statutes.references import asked_place, read_place
from zhunsheng.engine.lawfiles import law_records
from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.foundation.documents.lifecycle import DocumentStepError
from zhunsheng.foundation.documents.queries import documents as papers
from zhunsheng.foundation.documents.queries.documents import DocumentFile
from zhunsheng.portals.officer.door import with_power
from zhunsheng.portals.officer.laws import Hit, hits_of, record_of, text_asked
from zhunsheng.portals.officer.words import BASIS
from zhunsheng.registers.statutes.queries import browsing
from zhunsheng.registers.statutes.queries.barred import Barred, barred, named, texts_on
from zhunsheng.web.clock import page_clock
from zhunsheng.workflows import picking

REFUSALS = (DocumentStepError, FieldError, PowerLackingError)
WORDS_MIN, TEXT_SHOWN = 2, 40
TONES = {"VERIFIED": "good", "UNVERIFIED": "warn"}
Text = str | Promise


@dataclass(frozen=True, slots=True)
class Offer:
    """One article to pick from. `places` are references with their words; `valid_from` binds the text."""

    law_id: int
    law: str
    heading: str
    key: str
    text: str
    valid_from: date
    checked: Text
    tone: str
    places: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Cited:
    """A clause that a document relies on: how far it was checked, and where its text stands."""

    key: str
    clause: Clause
    checked: Text
    tone: str
    address: str


def cited(viewer: Viewer, known: Mapping[str, Clause], on: date) -> list[Cited]:
    """The clauses of a document for a page."""
    records = law_records(settings.PACKS)
    full = {c.law: records[c.law].full_name if c.law in records else c.law for c in known.values()}
    numbers = browsing.numbers(viewer=viewer, names=set(full.values()))
    return [
        Cited(key, one, *_checked(full[one.law]), _address(numbers.get(full[one.law]), one.article, on))
        for key, one in known.items()
    ]


def _checked(law: str) -> tuple[Text, str]:
    """How far somebody has checked what the packs say of a law; a law of the bureau's own has no record."""
    record = record_of(law)
    status = record.status if record else "UNVERIFIED"
    return BASIS.get(status, status), TONES.get(status, "")


def _address(law: int | None, article: str, on: date) -> str:
    place = read_place(article)
    if law is None or place is None:
        return ""
    key = f"{place.number}-{place.branch}" if place.branch else str(place.number)
    return f"{reverse('laws:article', args=[law, key])}?on={on}"


@require_http_methods(["GET", "HEAD", "POST"])
@with_power("document.draft")
def clauses(request: HttpRequest, acting: Acting, number: int, field: str) -> HttpResponse:
    """Search and pick: what is picked stands in the draft at once, and can be taken out again."""
    file = papers.document(viewer=acting.viewer, document_id=number)
    if file is None or file.card.state != "DRAFT" or field not in picking.law_fields(file):
        raise Http404
    refusal = ""
    if request.method == "POST":
        try:
            _do(request, acting, number, field)
        except REFUSALS as error:
            refusal = str(error)
        else:
            return HttpResponseRedirect(request.get_full_path())
    return _page(request, acting.viewer, file, field, refusal)


def _page(request: HttpRequest, viewer: Viewer, file: DocumentFile, field: str, refusal: str) -> HttpResponse:
    at, text = page_clock().now(), text_asked(request)
    on = picking.day_of_act(file, at)
    chosen = {clause_key(one) for one in file.values.get(field, ())}
    hits, _exact = hits_of(viewer, text, on)
    words = {
        "here": "documents",
        "file": file,
        "label": picking.law_fields(file)[field],
        "on": on,
        "asked": text,
        "picked": [one for one in cited(viewer, file.clauses, on) if one.key in chosen],
        "offers": _offers(viewer, hits, on),
        "barred": [one.words(on) for one in _barred(viewer, text, on)],
        "refusal": refusal,
    }
    return render(request, "officer/paper_clauses.html", words, status=400 if refusal else 200)


def _do(request: HttpRequest, acting: Acting, number: int, field: str) -> None:
    by, at, told = acting.actor, page_clock().now(), request.POST
    if "drop" in told:
        picking.drop(by=by, at=at, document_id=number, field=field, key=told["drop"])
        return
    law, article = told.get("law", "").strip()[:200], told.get("article", "").strip()[:40]
    seen = _day(told.get("valid_from", ""))
    picking.pick(by=by, at=at, document_id=number, field=field, law=law, article=article, seen=seen)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DocumentStepError(_("请先查找，再从结果里选")) from None


def _offers(viewer: Viewer, hits: Iterable[Hit], on: date) -> list[Offer]:
    found = list(hits)
    texts = texts_on(viewer=viewer, names={law for _id, law, _article in found}, on=on)
    return [
        Offer(law_id, law, one.heading, one.key, one.text, texts[law], *_checked(law), _places(law, one))
        for law_id, law, one in found
        if law in texts
    ]


def _places(law: str, article: browsing.ArticleText) -> tuple[tuple[str, str], ...]:
    """Each place with its citation and how its text begins."""
    count = len(article.paragraphs)

    def words(reference: str, text: str) -> str:
        place = citation_words(law, reference, paragraphs=count).partition("》")[2]
        return f"{place}　{Truncator(text).chars(TEXT_SHOWN) if text else _('整条')}"

    return tuple((one, words(one, text)) for one, text in places_within(article.key, article.paragraphs))


def _barred(viewer: Viewer, text: str, on: date) -> list[Barred]:
    """Laws that the words name and that were not in force on the day: said with the cure, not left out."""
    asked = asked_place(text)
    words = asked[0] if asked else text
    if len(words) < WORDS_MIN:
        return []
    records = law_records(settings.PACKS)
    names = [one.law for one in records.values() if words in one.law or words in one.full_name]
    found = barred(viewer=viewer, names=[*names, *named(viewer=viewer, words=words)], on=on, records=records)
    return list({one.law: one for one in found.values()}.values())
