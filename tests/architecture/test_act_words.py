"""Every act that code writes into the audit trail has words on the page that shows it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from enum import Enum

from tests.architecture.floors import modules_below
from tests.architecture.test_floors import PACKAGE
from zhunsheng.foundation.accounts.models import SuccessionKind
from zhunsheng.foundation.documents.lifecycle import StepKind as DocumentStep
from zhunsheng.foundation.documents.lifecycle import WordingState
from zhunsheng.foundation.outbox.lifecycle import RowState
from zhunsheng.foundation.schedule.lifecycle import StepKind as ClockStep
from zhunsheng.foundation.webhooks.models import SubscriptionState
from zhunsheng.judging.lab.lifecycle import LabState
from zhunsheng.judging.portraits.lifecycle import RunState
from zhunsheng.judging.rulebook.lifecycle import ProposalState, ShadowState, SnoozeState
from zhunsheng.judging.triggers.lifecycle import EnrolmentState
from zhunsheng.judging.triggers.models import TaskChange
from zhunsheng.portals.officer.acts import ACTS
from zhunsheng.registers.mandates.lifecycle import MandateState
from zhunsheng.registers.statutes.lifecycle import ListState

WRITERS = {"record", "record_many", "record_all", "_audit", "_note", "note"}
CODE = re.compile(r"[A-Z]+(_[A-Z]+)*_?")
# What stands behind an act that is put together, and members that are never an act of that kind.
PUT_TOGETHER: dict[str, tuple[type[Enum], set[str]]] = {
    "CLASS_RUN_": (RunState, set()),
    "DEADLINE_": (ClockStep, set()),
    "DOCUMENT_": (DocumentStep, set()),
    "ENROLMENT_": (EnrolmentState, {"ENROLLED"}),
    "LAB_": (LabState, set()),
    "LIST_": (ListState, set()),
    "MANDATE_": (MandateState, set()),
    "OUTBOX_": (RowState, {"PENDING", "SENDING", "DONE"}),
    "RULE_": (ProposalState, set()),
    "SHADOW_": (ShadowState, {"RUNNING"}),
    "SNOOZE_": (SnoozeState, {"RUNNING"}),
    "TASK_": (TaskChange, set()),
    "UNIT_": (SuccessionKind, set()),
    "WEBHOOK_": (SubscriptionState, set()),
    "WORDING_": (WordingState, set()),
}


def written(tree: ast.AST) -> Iterator[str]:
    """The acts that a module writes; the beginning only, where the rest is put in."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call):
            function = call.func
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            if name in WRITERS:
                told = [word.value for word in call.keywords if word.arg == "action"]
                yield from (code for node in (*call.args, *told) for code in _codes(node))


def _codes(node: ast.expr) -> Iterator[str]:
    first = node.values[0] if isinstance(node, ast.JoinedStr) and node.values else node
    parts = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
    for part in parts:
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and CODE.fullmatch(part.value):
            yield part.value


def spelled_out(codes: set[str]) -> set[str]:
    """Acts put together, by all their members; a beginning that nobody knows stays as it is."""
    whole = {code for code in codes if code not in PUT_TOGETHER}
    for start in codes & set(PUT_TOGETHER):
        kind, never = PUT_TOGETHER[start]
        whole |= {f"{start}{member.value}" for member in kind if member.value not in never}
    return whole


def test_every_act_that_code_writes_has_its_words() -> None:
    codes = {code for _name, tree in modules_below(PACKAGE) for code in written(tree)}
    assert set(PUT_TOGETHER) <= codes and len(codes) > 100
    assert sorted(spelled_out(codes) - set(ACTS)) == []


def test_an_act_without_words_is_seen() -> None:
    source = 'evidence.record(by=by, at=at, action="NEW_ACT", target="x")\n_note(by, at, f"NEW_{kind}", row)'
    assert spelled_out(set(written(ast.parse(source)))) == {"NEW_ACT", "NEW_"}
