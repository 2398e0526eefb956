"""One definition of a manuscript in the browser: as a form, as a sentence and as YAML, which are one.

What is stored is the text. Nothing typed is lost: what cannot be kept is shown again with the reason at its
field, and a save over somebody else's is refused with both texts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zhunsheng.core.contracts import FieldType
from zhunsheng.core.packs.diagnosis import Fault
from zhunsheng.core.packs.diff import described, difference
from zhunsheng.core.packs.forms import at_place
from zhunsheng.core.packs.load import Document
from zhunsheng.core.packs.parts import Part
from zhunsheng.core.packs.shaping import filtered, one_more, removable, removed, with_key
from zhunsheng.engine.parttexts import MisreadError, comments_in, line_of, read_part, written
from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.judging.rulebook import queries
from zhunsheng.judging.rulebook.actions import EDIT, manuscripts
from zhunsheng.judging.rulebook.lifecycle import (
    ManuscriptConflictError,
    ManuscriptState,
    ProposalStepError,
    SaveHow,
)
from zhunsheng.judging.rulebook.queries import ManuscriptCard
from zhunsheng.portals.officer.door import with_power
from zhunsheng.portals.officer.ruleform import Desk, add_problems, addable, sections_of, typed_into
from zhunsheng.portals.officer.rulewords import JOINS
from zhunsheng.web.clock import page_clock
from zhunsheng.workflows.rewriting import Rewrite, changes_in, rewrite_of
from zhunsheng.workflows.ruling import rules_at

NUMBER_DIGITS = 9
BEGINNINGS: dict[FieldType, object] = {FieldType.FLAG: True, FieldType.TEXT: "", FieldType.DATE: ""}


@dataclass(frozen=True, slots=True)
class Typed:
    """What came back from a person and is not stored: texts by place, the YAML, and why not."""

    node: Document
    read: int
    texts: Mapping[str, str]
    yaml: str | None = None
    faults: Sequence[Fault] = ()
    lines: Mapping[str, int] | None = None
    mine: str | None = None
    status: int = 400


def manuscript_of(acting: Acting, number: int) -> ManuscriptCard:
    """The manuscript of the address."""
    card = queries.manuscript(viewer=acting.viewer, manuscript_id=number)
    if card is None:
        raise Http404
    return card


@require_http_methods(["GET", "HEAD", "POST"])
@with_power(EDIT)
def part(request: HttpRequest, acting: Acting, number: int, key: str) -> HttpResponse:
    """One definition to look at and to change."""
    card = manuscript_of(acting, number)
    rewrite = rewrite_of(card)
    if key not in rewrite.parts:
        raise Http404
    if request.method == "POST":
        if card.state is not ManuscriptState.OPEN:
            raise Http404
        return _saved(request, acting, card, rewrite, key)
    return _page(request, acting, card, rewrite, key)


def _saved(
    request: HttpRequest, acting: Acting, card: ManuscriptCard, rewrite: Rewrite, key: str
) -> HttpResponse:
    told, here = request.POST, rewrite.parts[key]
    read = int(r) if (r := told.get("read", "")).isdecimal() and len(r) <= NUMBER_DIGITS else card.number
    node = _as_read(acting, card, rewrite, key, read)
    how, pressed = SaveHow.FORM, told.get("do", "")
    text: str | None
    if pressed == "yaml":
        how, text = SaveHow.YAML, told.get("yaml", "").replace("\r\n", "\n").replace("\0", "")
        if fault := _unreadable(text, here):
            typed = Typed(node, read, {}, text, [fault[0]], {fault[0].place: fault[1]})
            return _page(request, acting, card, rewrite, key, typed)
    else:
        changed, errors, texts = typed_into(node, told)
        if errors:
            faults = [Fault(place, why) for place, why in errors.items()]
            return _page(request, acting, card, rewrite, key, Typed(node, read, texts, faults=faults))
        changed = _shaped(changed, pressed, told, rewrite)
        text = None if changed == node else written(changed)
    try:
        if text not in {None, _text_of(card, key, here.node or {})}:
            by, at, home = acting.actor, page_clock().now(), here.home
            where: dict[str, Any] = {"manuscript_id": card.id, "read": read, "key": key, "home": home}
            manuscripts.save(by=by, at=at, **where, text=text, how=how)
    except ManuscriptConflictError as error:
        card = manuscript_of(acting, card.id)
        rewrite, clash = rewrite_of(card), [Fault("", str(error), _("两份都在下面；合好以后保存"))]
        here = rewrite.parts.get(key, here)
        stored = Typed(here.node or {}, card.number, {}, text, clash, mine=text, status=409)
        return _page(request, acting, card, rewrite, key, stored)
    except ProposalStepError as error:
        return _page(
            request, acting, card, rewrite, key, Typed(node, read, {}, text, [Fault("", str(error))])
        )
    address = reverse("rules:part", args=[card.id, key])
    place = pressed.partition(":")[2].partition(".")[0]
    return HttpResponseRedirect(address + (f"#s-{place}" if place else ""))


def _as_read(acting: Acting, card: ManuscriptCard, rewrite: Rewrite, key: str, read: int) -> Document:
    """The definition as it was when the page was read: the form is a change to that."""
    if read == card.number:
        return rewrite.parts[key].node or {}
    then = queries.texts_at(viewer=acting.viewer, manuscript_id=card.id, number=read)
    if key in then:
        (old,) = changes_in({key: then[key]})
        return old.node or {}
    base = rewrite_of(card, only="-")
    return (base.parts[key].node if key in base.parts else rewrite.parts[key].node) or {}


def _text_of(card: ManuscriptCard, key: str, node: Document) -> str:
    return (card.texts[key]["text"] if key in card.texts else None) or written(node)


def _unreadable(text: str, here: Part) -> tuple[Fault, int] | None:
    """Why a text cannot be kept at all, and in which line."""
    try:
        node = read_part(text)
    except MisreadError as error:
        return Fault("", error.text_zh, error.cure_zh), error.line
    for name in ("schema", "model", "id"):
        due = (here.node or {}).get(name)
        if node.get(name) != due:
            cure = _("编号要改的，复制一条再删去这一条")
            return Fault(name, _("%(name)s 须是 %(due)s") % {"name": name, "due": due}, cure), line_of(
                text, name
            )
    return None


def _shaped(node: dict[str, Any], pressed: str, told: QueryDict, rewrite: Rewrite) -> dict[str, Any]:
    """The definition after a button that changes its shape."""
    act, _colon, place = pressed.partition(":")
    kinds = rewrite.contracts.kinds
    if act == "drop" and removable(node, place):
        return removed(node, place)
    if act == "more" and isinstance(at_place(node, place), list | dict):
        return one_more(node, place)
    if act == "key" and (key := told.get("new-key", "")):
        return with_key(node, key, next(iter(sorted(kinds))))
    if act == "filter" and (name := told.get(f"{place}:filter", "")) and at_place(node, place) is not None:
        contract = next((k.fields[name] for k in kinds.values() if name in k.fields), None)
        if contract is not None:
            first: object = contract.values[0] if contract.values else BEGINNINGS.get(contract.type, 0)
            return filtered(node, place, name, first)
    return node


def _page(
    request: HttpRequest,
    acting: Acting,
    card: ManuscriptCard,
    rewrite: Rewrite,
    key: str,
    typed: Typed | None = None,
) -> HttpResponse:
    library = rules_at(page_clock().now())
    here, alone = rewrite.parts[key], rewrite if rewrite.pack else rewrite_of(card, only=key)
    stored = here.node or {}
    text, node = _text_of(card, key, stored), typed.node if typed else stored
    fresh = list(typed.faults) if typed else []
    faults = [*fresh, *alone.faults.get(key, [])]
    desk = Desk(rewrite.contracts, library.measures, _families(rewrite))
    sections = sections_of(node, desk, typed.texts if typed else {})
    own = typed.lines or {} if typed else {}
    placed = [
        (target, fault, own.get(fault.place, 0) or (0 if fault in fresh else line_of(text, fault.place)))
        for target, fault in add_problems(sections, faults)
    ]
    lines = text.splitlines()
    words = {
        "here": "rules",
        "card": card,
        "open": card.state is ManuscriptState.OPEN,
        "part": here,
        "name": node.get("name_zh", ""),
        "changed": key in card.texts,
        "read": typed.read if typed else card.number,
        "sections": sections,
        "desk": desk,
        "addable": addable(node),
        "sentences": _sentences(alone, key),
        "changes": _changes(alone, key),
        "in_effect": library.pack,
        "placed": placed,
        "hindered": any(fault.hinders for fault in faults),
        "marks": [(n, lines[n - 1], f) for _t, f, n in placed if 0 < n <= len(lines)],
        "yaml": typed.yaml if typed and typed.yaml is not None else text,
        "theirs": text if typed and typed.mine is not None else None,
        "comments": comments_in(text),
        "joins": JOINS,
    }
    return render(request, "officer/rules/part.html", words, status=typed.status if typed else 200)


def _sentences(version: Rewrite, key: str) -> list[tuple[str, str]]:
    """What the definition says; nothing while it cannot be read."""
    if version.pack is None:
        return []
    return [
        (label, words) for label, words in described(version.pack, version.contracts)[key].items() if words
    ]


def _changes(version: Rewrite, key: str) -> list[Any]:
    if version.pack is None:
        return []
    library = rules_at(page_clock().now())
    told = difference(library.pack, library.contracts, version.pack, version.contracts)
    return [change for change in told if change.id == key]


def _families(rewrite: Rewrite) -> list[tuple[str, object]]:
    models = [d for _name, d in rewrite.documents if d.get("schema") == "zhunsheng.model/1"]
    return [(f["id"], f"{f['id']} {f['name_zh']}") for d in models for f in d["families"]]
