"""Lists at the desk: every list with its life, a version with its next steps, two versions, two levels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import wraps

from django.conf import settings
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhunsheng.core.actors import PowerLackingError
from zhunsheng.engine.lawfiles import list_evaluation_months
from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.foundation.accounts.actions.grants import ExcludedPartError
from zhunsheng.foundation.accounts.queries import organisation
from zhunsheng.portals.officer.door import with_power
from zhunsheng.portals.officer.lists.laws import today
from zhunsheng.portals.officer.words import CONCLUSIONS, LIST_LEVELS, LIST_STATES, LIST_TONES, REVIEWS
from zhunsheng.registers.statutes.actions import lists as actions
from zhunsheng.registers.statutes.lifecycle import Conclusion, ListStepError
from zhunsheng.registers.statutes.queries import lists as queries
from zhunsheng.registers.statutes.queries.lists import ChoiceCard, ListCard
from zhunsheng.web.clock import page_clock

POWERS = ("subject.read", actions.EDIT, actions.REVIEW, actions.APPROVE)
REFUSALS = (ListStepError, ExcludedPartError, PowerLackingError)
Card = dict[str, object]


def told_of(card: ListCard) -> Card:
    """A version with its state and level in words."""
    return {
        "card": card,
        "state": LIST_STATES[card.state],
        "tone": LIST_TONES.get(card.state, ""),
        "level": LIST_LEVELS.get(card.level, card.level),
        "entries": len(card.content["entries"]),
    }


def choices_of(acting: Acting, version_ids: Sequence[int]) -> list[tuple[ChoiceCard, object, object]]:
    """Choices between levels that these versions were part of, with the words of both levels."""
    return [
        (told, LIST_LEVELS.get(told.higher.level), LIST_LEVELS.get(told.lower.level))
        for told in queries.choices(viewer=acting.viewer, version_ids=version_ids)
    ]


@require_safe
@with_power(*POWERS)
def index(request: HttpRequest, acting: Acting) -> HttpResponse:
    """The newest version of every list, and which of them wait for their yearly evaluation."""
    cards, months = queries.overview(viewer=acting.viewer), list_evaluation_months(settings.PACKS)
    late = queries.unevaluated(viewer=acting.viewer, on=today(), months=months)
    words = {
        "here": "policy",
        "rows": [told_of(card) for card in cards],
        "late": [told_of(card) for card in late],
        "months": months,
        "may_draft": actions.EDIT in acting.actor.powers,
    }
    return render(request, "officer/policy/index.html", words)


def _version(acting: Acting, key: str, told: str) -> tuple[ListCard, list[ListCard]]:
    found = queries.versions(viewer=acting.viewer, list_key=key)
    if not found:
        raise Http404
    return next((card for card in found if str(card.number) == told), found[-1]), found


@require_safe
@with_power(*POWERS)
def one(request: HttpRequest, acting: Acting, key: str) -> HttpResponse:
    """A version with its steps, uses, evaluations and entries."""
    return _page(request, acting, key, request.GET.get("version", ""))


def _page(request: HttpRequest, acting: Acting, key: str, number: str, refusal: str = "") -> HttpResponse:
    shown, found = _version(acting, key, number)
    viewer, year = acting.viewer, today().year
    keys = {shown.author, shown.approver, *(r["by"] for r in shown.reviews.values())} - {""}
    names = organisation.person_names(viewer=viewer, keys=keys)
    uses = queries.uses(viewer=viewer, list_key=key, year=year)
    words = {
        "here": "policy",
        **told_of(shown),
        "author": names.get(shown.author, shown.author),
        "approver": names.get(shown.approver, shown.approver),
        "reviews": [
            (REVIEWS[kind], names.get(r["by"], r["by"]), r["at"][:10], r["opinion"])
            for kind, r in shown.reviews.items()
        ],
        "steps": _steps(shown, acting),
        "kinds": [(kind, text) for kind, text in REVIEWS.items() if kind not in shown.reviews],
        "refusal": refusal,
        "versions": [told_of(card) for card in reversed(found)],
        "rows": [entry_of(entry, uses) for entry in shown.content["entries"]],
        "uses": sum(uses.values()),
        "year": year,
        "evaluations": [
            (told, CONCLUSIONS[told.conclusion])
            for told in queries.evaluations(viewer=viewer, version_id=shown.id)
        ],
        "conclusions": CONCLUSIONS.items(),
        "today": today(),
        "choices": choices_of(acting, [shown.id]),
    }
    return render(request, "officer/policy/list.html", words, status=400 if refusal else 200)


def entry_of(entry: dict[str, object], uses: dict[str, int]) -> Card:
    """Code, name, and the other fields that say something, as text."""
    code = str(entry["code"])
    named = next((str(entry[k]) for k in ("conduct_zh", "name_zh", "名称") if entry.get(k)), "")
    rest = [
        (k, _plain(v))
        for k, v in entry.items()
        if v not in ("", [], None) and k not in {"code", "conduct_zh", "name_zh", "名称"}
    ]
    return {"code": code, "name": named, "rest": rest, "uses": uses.get(code, 0)}


def _plain(value: object) -> str:
    if isinstance(value, list):
        return "；".join(_plain(part) for part in value)
    if isinstance(value, dict):
        return " ".join(str(part) for key, part in value.items() if key != "status")
    return str(value)


def _steps(card: ListCard, acting: Acting) -> dict[str, bool | str]:
    """Which buttons this person gets; `why`, when somebody else has to press them."""
    powers, own = acting.actor.powers, card.author == acting.actor.key
    edit, review, approve = (power in powers for power in (actions.EDIT, actions.REVIEW, actions.APPROVE))
    state, done = card.state, len(card.reviews) == len(REVIEWS)
    wanted = {
        "consult": edit and state == "DRAFT",
        "submit": edit and state in {"DRAFT", "CONSULTING"},
        "review": review and state == "REVIEWING" and not own and not done,
        "back": review and state in {"CONSULTING", "REVIEWING"},
        "approve": approve and state == "REVIEWING" and done and not own,
        "publish": approve and state == "APPROVED",
        "force": approve and state == "PUBLISHED",
        "evaluate": review and state == "EFFECTIVE",
    }
    barred = own and state == "REVIEWING" and (review or approve)
    return {
        **wanted,
        "any": any(wanted.values()),
        "why": _("这一版由您起草，审查和审批须由其他人办理。") if barred else "",
    }


def _step(view: Callable[[HttpRequest, Acting, ListCard], None]) -> Callable[..., HttpResponse]:
    """A step on one version; what is refused is said on the page."""

    @require_POST
    @with_power(actions.EDIT, actions.REVIEW, actions.APPROVE)
    @wraps(view)
    def answer(request: HttpRequest, acting: Acting, key: str) -> HttpResponse:
        card, _all = _version(acting, key, request.POST.get("version", ""))
        address = reverse("policy:list", args=[key]) + f"?version={card.number}"
        try:
            view(request, acting, card)
        except REFUSALS as error:
            return _page(request, acting, key, str(card.number), str(error))
        except IntegrityError:
            return _page(request, acting, key, str(card.number), _("起草人与审批人须为两人"))
        return HttpResponseRedirect(address)

    return answer


@_step
def step(request: HttpRequest, acting: Acting, card: ListCard) -> None:
    """The next step of the life."""
    by, at, told = acting.actor, page_clock().now(), request.POST
    match told.get("step", ""):
        case "consult":
            actions.consult(by=by, at=at, version_id=card.id)
        case "submit":
            actions.submit(by=by, at=at, version_id=card.id)
        case "back":
            actions.send_back(by=by, at=at, version_id=card.id, reason=told.get("why", ""))
        case "review":
            kind, why = told.get("kind", ""), told.get("why", "")
            actions.review(by=by, at=at, version_id=card.id, kind=kind, opinion=why)
        case "approve":
            actions.approve(by=by, at=at, version_id=card.id)
        case "publish":
            actions.publish(by=by, at=at, version_id=card.id)
        case "force":
            actions.put_in_force(by=by, at=at, version_id=card.id, on=_day(told.get("on", "")))
        case "evaluate":
            _evaluate(request, acting, card)
        case _:
            raise Http404


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ListStepError(_("须写明施行日期")) from None


def _evaluate(request: HttpRequest, acting: Acting, card: ListCard) -> None:
    year, told = request.POST.get("year", ""), request.POST.get("conclusion", "")
    if told not in CONCLUSIONS or not (year.isascii() and year.isdigit() and len(year) == 4):
        raise ListStepError(_("评估须写明年度和结论"))
    actions.evaluate(
        by=acting.actor,
        at=page_clock().now(),
        version_id=card.id,
        year=int(year),
        conclusion=Conclusion(told),
        opinion=request.POST.get("why", ""),
    )


@require_safe
@with_power(*POWERS)
def compare(request: HttpRequest, acting: Acting, key: str) -> HttpResponse:
    """Two versions, entry by entry and field by field, only what differs."""
    new, found = _version(acting, key, request.GET.get("new", ""))
    before = [card for card in found if card.number < new.number]
    old = next(
        (card for card in found if str(card.number) == request.GET.get("old", "")), (before or found)[-1]
    )
    changes = queries.side_by_side(viewer=acting.viewer, old_id=old.id, new_id=new.id)
    words = {
        "here": "policy",
        "versions": found,
        "old": old,
        "new": new,
        "choices": choices_of(acting, [old.id, new.id]),
        "changes": [
            (
                change.code,
                [
                    (name, _plain(change.old.get(name, "")), _plain(change.new.get(name, "")))
                    for name in dict.fromkeys([*change.old, *change.new])
                    if change.old.get(name) != change.new.get(name)
                ],
            )
            for change in changes
        ],
    }
    return render(request, "officer/policy/compare.html", words)
