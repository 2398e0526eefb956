"""The editor of a wording: part by part, fields to insert, a sample, what is wrong beside what is wrong.

It works without a script: a button that adds, moves or inserts sends the form and shows it again.
"""

from __future__ import annotations

import re

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from zhunsheng.core.documents.template import FRAME, WRITTEN_AS, BlockKind, Template
from zhunsheng.core.documents.wording import PARTS_MAX, Fault, Part, insertable, parts_of
from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.foundation.documents.actions import wordings as actions
from zhunsheng.foundation.documents.queries import wordings as queries
from zhunsheng.foundation.documents.queries.wordings import WordingCard
from zhunsheng.portals.officer.door import with_power
from zhunsheng.portals.officer.lists.laws import today
from zhunsheng.portals.officer.paperforms import inputs, values_of
from zhunsheng.portals.officer.wordings import REFUSALS, card_of
from zhunsheng.portals.officer.words import PART_KINDS
from zhunsheng.web.clock import page_clock
from zhunsheng.workflows.terms import document_terms

BUTTON = re.compile(r"(up|down|remove|insert)-(\d{1,3})")
WHOLE_FIELD = {"items", "clauses"}
Words = dict[str, object]


@require_http_methods(["GET", "HEAD", "POST"])
@with_power(actions.EDIT)
def edit(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """Change a draft. Saving keeps it, faults and all; only what cannot be kept at all is refused."""
    card = card_of(acting, number)
    if card.state != "DRAFT":
        raise Http404
    stored = parts_of(card.template.document["body"])
    if request.method != "POST":
        return _page(request, card, stored or [Part("p")], _faults(acting, card))
    parts, pressed = _parts(request.POST), request.POST.get("do", "")
    if pressed != "save":
        return _page(request, card, _changed(parts, pressed, request.POST, card.template), [], request.POST)
    try:
        fields = card.template.fields.values()
        sample = values_of(fields, request.POST)
        actions.revise(
            by=acting.actor,
            at=page_clock().now(),
            wording_id=number,
            parts=parts,
            sample=sample,
            terms=document_terms(),
        )
    except REFUSALS as error:
        return _page(request, card, parts, [Fault("", str(error))], request.POST)
    hindered = any(fault.hinders for fault in _faults(acting, card_of(acting, number)))
    return HttpResponseRedirect(reverse("wording:edit" if hindered else "wording:one", args=[number]))


def _faults(acting: Acting, card: WordingCard) -> list[Fault]:
    return queries.faults(viewer=acting.viewer, card=card, terms=document_terms(), on=today())


def _parts(told: QueryDict) -> list[Part]:
    """The parts as they were sent, in order."""
    count = told.get("count", "")
    length = min(int(count), PARTS_MAX) if count.isascii() and count.isdigit() else 0
    return [
        Part(
            told.get(f"kind-{n}", ""),
            told.get(f"text-{n}", "").replace("\r\n", "\n").replace("\0", ""),
            told.get(f"when-{n}", ""),
        )
        for n in range(1, length + 1)
    ]


def _changed(parts: list[Part], pressed: str, told: QueryDict, template: Template) -> list[Part]:
    """The parts after a button: one more, one less, one moved, or a field put at the end of one."""
    found = BUTTON.fullmatch(pressed)
    if found is None:
        return [*parts, Part("p")][:PARTS_MAX]
    act, at = found[1], int(found[2]) - 1
    if not 0 <= at < len(parts):
        return parts
    left, here, right = parts[:at], parts[at], parts[at + 1 :]
    match act:
        case "remove":
            return [*left, *right]
        case "up" if left:
            return [*left[:-1], here, left[-1], *right]
        case "down" if right:
            return [*left, right[0], here, *right[1:]]
        case "insert":
            name = told.get(f"field-{at + 1}", "")
            if name in insertable(template, here.kind):
                text = name if here.kind in WHOLE_FIELD else f"{here.text}{{{name}}}"
                return [*left, Part(here.kind, text, here.when), *right]
    return parts


def _page(
    request: HttpRequest,
    card: WordingCard,
    parts: list[Part],
    faults: list[Fault],
    typed: QueryDict | None = None,
) -> HttpResponse:
    template, names = card.template, insertable(card.template, "p")
    places: dict[str, list[str]] = {}
    for fault in faults:
        places.setdefault(fault.place, []).append(fault.text)
    words = {
        "here": "documents",
        "card": card,
        "rows": [_row(template, n, part, places.get(f"part-{n}", [])) for n, part in enumerate(parts, 1)],
        "count": len(parts),
        "kinds": PART_KINDS.items(),
        "optional": [(name, names[name]) for name in names if name in template.optional()],
        "fields": template.fields.values(),
        "frame": FRAME.items(),
        "inputs": [
            (one, places.get(one.name, []))
            for one in inputs(template.fields.values(), dict(template.sample), typed)
        ],
        "faults": [fault for fault in faults if fault.hinders],
    }
    return render(request, "officer/wording/edit.html", words, status=400 if typed and faults else 200)


def _row(template: Template, number: int, part: Part, problems: list[str]) -> Words:
    """One part with what may be inserted into it; where it holds a text, how many lines it shows."""
    kind = WRITTEN_AS.get(part.kind)
    return {
        "n": number,
        "part": part,
        "problems": problems,
        "inserts": insertable(template, part.kind).items(),
        "holds": kind is not BlockKind.SEAL,
        "lines": min(10, max(2, part.text.count("\n") + 1, len(part.text) // 60 + 1)),
    }
