"""A manuscript at the desk: begun from a card, what it changes, its saves, tried out and handed in."""

from __future__ import annotations

import re

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhunsheng.core.packs.diff import difference
from zhunsheng.core.packs.nodes import PackError
from zhunsheng.core.packs.parts import Part, copied, homes_of
from zhunsheng.core.packs.shaping import new_point
from zhunsheng.engine.examples import tried
from zhunsheng.engine.parttexts import written
from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.judging.lab import actions as lab_actions
from zhunsheng.judging.lab import queries as lab
from zhunsheng.judging.lab.lifecycle import LabState, RunKind
from zhunsheng.judging.rulebook import actions, queries
from zhunsheng.judging.rulebook.actions import manuscripts
from zhunsheng.judging.rulebook.lifecycle import ManuscriptState, ProposalStepError, SaveHow
from zhunsheng.judging.rulebook.queries import ManuscriptCard
from zhunsheng.portals.officer.door import with_power
from zhunsheng.portals.officer.lab.runs import told_of
from zhunsheng.portals.officer.ruleedit import manuscript_of
from zhunsheng.portals.officer.rulewords import HOW
from zhunsheng.portals.officer.words import PROPOSALS
from zhunsheng.web.clock import page_clock
from zhunsheng.web.fields import number_of_text
from zhunsheng.workflows.keeping import documents_of, keep_trial
from zhunsheng.workflows.proposing import propose
from zhunsheng.workflows.rewriting import Rewrite, rewrite_of, try_out
from zhunsheng.workflows.ruling import rules_at

ID = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,19}")


@require_POST
@with_power(actions.EDIT)
def start(request: HttpRequest, acting: Acting) -> HttpResponse:
    """Go on with a manuscript, or begin one from the version in effect; then to the definition."""
    key, wanted = request.POST.get("key", ""), request.POST.get("manuscript", "")
    known = {card.id: card for card in queries.manuscripts(viewer=acting.viewer)}
    number = number_of_text(wanted)
    if number not in known:
        by, at = acting.actor, page_clock().now()
        # Kept, so that the manuscript can be read when another version is installed or takes effect.
        base = keep_trial(by, at, documents_of(rules_at(at).pack.content_hash))
        version = {"base_hash": base.content_hash, "base_version": base.version}
        number = manuscripts.begin(by=by, at=at, **version)
    if key in rewrite_of(manuscript_of(acting, number)).parts:
        return HttpResponseRedirect(reverse("rules:part", args=[number, key]))
    return HttpResponseRedirect(reverse("rules:manuscript", args=[number]))


@require_safe
@with_power(actions.EDIT)
def one(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """All that it changes, whether it holds, and what can be done with it."""
    return _page(request, acting, number)


@require_POST
@with_power(actions.EDIT)
def step(request: HttpRequest, acting: Acting, number: int) -> HttpResponse:
    """A definition more or less, back to a save, into the lab, to the reviewers."""
    card = manuscript_of(acting, number)
    try:
        return HttpResponseRedirect(_do(request.POST, acting, card))
    except PackError as error:
        return _page(request, acting, number, f"{error.path}：{error.message_zh}")
    except ProposalStepError as error:
        return _page(request, acting, number, str(error))


def _do(told: QueryDict, acting: Acting, card: ManuscriptCard) -> str:
    """Where to look afterwards."""
    by, at, here = acting.actor, page_clock().now(), {"manuscript_id": card.id}
    read = number_of_text(told.get("read", ""))
    match told.get("step", ""):
        case "new" | "copy" | "remove" as act:
            part = _meant(act, told, rewrite_of(card))
            hows = {"new": SaveHow.ADDED, "copy": SaveHow.COPIED, "remove": SaveHow.REMOVED}
            text = None if part.node is None else written(part.node)
            manuscripts.save(
                by=by, at=at, **here, read=read, key=part.key, home=part.home, text=text, how=hows[act]
            )
            if text is not None:
                return reverse("rules:part", args=[card.id, part.key])
        case "restore":
            manuscripts.restore(by=by, at=at, **here, read=read, number=number_of_text(told.get("to", "")))
        case "try":
            if lab_actions.REPLAY not in by.powers:
                raise Http404
            return reverse("lab:new") + f"?base={try_out(by, at, card)}"
        case "propose":
            with transaction.atomic():
                run, why = number_of_text(told.get("run", "")), told.get("why", "")
                proposal = propose(by, at, acting.viewer, run, why)
                actions.submit(by=by, at=at, proposal_id=proposal)
            return reverse("rules:proposal", args=[proposal])
        case "close":
            manuscripts.close(by=by, at=at, **here)
        case "reopen":
            manuscripts.reopen(by=by, at=at, **here)
        case _:
            raise Http404
    return reverse("rules:manuscript", args=[card.id])


def _meant(act: str, told: QueryDict, rewrite: Rewrite) -> Part:
    """The definition that is to be there afterwards, or to be there no more."""
    key, id_ = told.get("key", ""), told.get("id", "").strip()
    if act == "remove":
        if key not in rewrite.parts:
            raise Http404
        return Part(key, rewrite.parts[key].home, None)
    if not ID.fullmatch(id_):
        raise ProposalStepError(_("编号写字母、数字和短横，字母开头，至多 20 个"))
    if act == "copy":
        if key not in rewrite.parts:
            raise Http404
        made = copied(rewrite.parts[key], id_)
    else:
        home, name = told.get("home", ""), told.get("name", "").strip()[:100]
        if home not in dict(homes_of(rewrite.documents)) or not name:
            raise ProposalStepError(_("请选择事项，写明名称"))
        made = Part(id_, home, new_point(id_, name, next(iter(sorted(rewrite.contracts.kinds)))))
    if any(made.id == part.id for part in rewrite.parts.values()):
        raise ProposalStepError(_("编号 %(id)s 已经有了") % {"id": id_})
    return made


def _page(request: HttpRequest, acting: Acting, number: int, problem: str = "") -> HttpResponse:
    card, library = manuscript_of(acting, number), rules_at(page_clock().now())
    rewrite, viewer = rewrite_of(card), acting.viewer
    tests, changes, pack_hash = [], [], ""
    if rewrite.pack is not None:
        pack_hash = rewrite.pack.content_hash
        tests = tried(rewrite.pack, rewrite.contracts, rewrite.documents)
        changes = difference(library.pack, library.contracts, rewrite.pack, rewrite.contracts)
    hashes = {*queries.trials(viewer=viewer, manuscript_id=number)}
    runs = [
        run for run in lab.runs(viewer=viewer) if run.kind is RunKind.REPLAY and run.versions[0][1] in hashes
    ]
    done = [run for run in runs if run.state is LabState.DONE and run.versions[0][1] == pack_hash]
    saves = queries.saves(viewer=viewer, manuscript_id=number)
    words = {
        "here": "rules",
        "card": card,
        "open": card.state is ManuscriptState.OPEN,
        "errors": {"acts": problem} if problem else {},
        "typed": request.POST,
        "rows": [_row(rewrite, key) for key in card.texts],
        "faults": [(key, f) for key, told in rewrite.faults.items() for f in told if f.hinders],
        "changes": changes,
        "tests": tests,
        "pack_hash": pack_hash,
        "in_effect": library.pack,
        "stale": card.base_hash != library.pack.content_hash,
        "homes": homes_of(rewrite.documents),
        "saves": [(save, HOW[save.how]) for save in saves],
        "runs": [(told_of(run), run.versions[0][1] == pack_hash) for run in runs],
        "done": done,
        "proposals": [
            (p, PROPOSALS[p.state]) for p in queries.proposals(viewer=viewer) if p.pack_hash in hashes
        ],
        "may_try": lab_actions.REPLAY in acting.actor.powers,
    }
    return render(request, "officer/rules/manuscript.html", words, status=400 if problem else 200)


def _row(rewrite: Rewrite, key: str) -> tuple[str, str, bool, int]:
    """A changed definition: key, name, whether it is there, and how many faults hinder."""
    part = rewrite.parts.get(key)
    name = str(part.node.get("name_zh", "")) if part is not None and part.node is not None else ""
    return key, name, part is not None, sum(f.hinders for f in rewrite.faults.get(key, []))
