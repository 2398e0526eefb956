"""What somebody may do about a touch now: steps and tasks open to the grant in use, and what is barred."""

from __future__ import annotations

from datetime import date

from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.foundation.accounts.queries import access, organisation
from zhunsheng.foundation.accounts.roles import role_book
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.lifecycle import DECIDABLE, FINAL, TRANSITIONS, Step, TouchState
from zhunsheng.judging.triggers.queries import TouchCard
from zhunsheng.portals.officer.words import STEP_ACTS, TASK_KINDS, TASK_STATES, TASK_TONES

RECHECKS = {Step.RECHECK_PASSED, Step.RECHECK_FAILED}


def next_steps(acting: Acting, touch: TouchCard, today: date) -> dict[str, object]:
    """For the page of a touch: `steps` as (code, words), `barred` as a sentence, `tasks`, `colleagues`."""
    viewer, decides = acting.viewer, "touch.decide" in acting.actor.powers
    mine = frozenset(
        part
        for person, part in access.parts_taken(viewer=viewer, matter=f"touch:{touch.id}")
        if person == acting.person
    )
    barred = role_book().barred_by("REVIEW", mine)
    steps = [step for step in TRANSITIONS[TouchState(touch.state)] if step in DECIDABLE] if decides else []
    stopped = barred if set(steps) & RECHECKS else ""
    tasks = [task for task in triggers.tasks(viewer=viewer, touch_id=touch.id) if task.state not in FINAL]
    people = organisation.person_names(viewer=viewer, keys={task.holder for task in tasks if task.holder})
    return {
        "steps": [(step.value, STEP_ACTS[step.value]) for step in steps if not stopped],
        "barred": stopped,
        "may_decide": decides,
        "may_reply": decides and bool(touch.answer) and touch.ended_at is None,
        "asks": touch.answer in {"HELP", "DISAGREE"} and touch.answer_settled_at is None,
        "tasks": [
            {
                "id": task.id,
                "kind": TASK_KINDS.get(task.kind, task.kind),
                "state": TASK_STATES.get(task.state, task.state),
                "tone": TASK_TONES.get(task.state, "warn" if task.due_on <= today else ""),
                "due_on": task.due_on,
                "due_why": task.due_why,
                "holder": people.get(task.holder, task.holder),
                "mine": task.holder == acting.person,
                "may_take": decides and task.holder != acting.person,
                "may_pass": decides
                and (task.holder == acting.person or "work.hand_over" in acting.actor.powers),
                "may_extend": decides and task.kind == "LEAD_DUE" and task.state == "OPEN",
                "control": decides and task.kind == "EMERGENCY_CONTROL" and not barred,
            }
            for task in tasks
        ],
        "colleagues": access.colleagues(viewer=viewer, on=today, power="touch.decide"),
        "readers": access.colleagues(viewer=viewer, on=today, power="touch.read"),
    }
