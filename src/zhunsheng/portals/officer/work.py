"""The workbench: what waits for this person now, what to read, what is done, what comes near or is late."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from zhunsheng.core.listing import Part
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.accounts.acting import Acting, day
from zhunsheng.foundation.accounts.actions import work as handing
from zhunsheng.foundation.accounts.finding import NotFoundError
from zhunsheng.foundation.accounts.queries import access
from zhunsheng.foundation.desk import actions as desk
from zhunsheng.foundation.desk import queries as kept
from zhunsheng.foundation.desk.queries import NoticeCard
from zhunsheng.foundation.outbox import queries as outbox
from zhunsheng.foundation.schedule import queries as clocks
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.judging.triggers.queries import lists
from zhunsheng.judging.triggers.queries.lists import TaskFilter, TouchFilter
from zhunsheng.portals.officer.clocks import page_of
from zhunsheng.portals.officer.door import with_power
from zhunsheng.portals.officer.lists import LISTS
from zhunsheng.portals.officer.lists import tasks as tasks_list
from zhunsheng.portals.officer.lists import touches as touches_list
from zhunsheng.portals.officer.words import ANSWERS, NOTICES, TASK_KINDS
from zhunsheng.registers.registry import queries as registry
from zhunsheng.web.clock import page_clock

ROWS_MAX = 100
NEWS_MAX = 21
DAYS_NEAR = 3
DECIDE = "touch.decide"
Text = str | Promise


@dataclass(frozen=True, slots=True)
class Item:
    """One thing on the desk. `due_on` and `tone` say how pressing; `visit` is the key of whom to visit."""

    kind: Text
    title: str
    address: str = ""
    about: str = ""
    due_on: date | None = None
    at: datetime | None = None
    tone: str = ""
    who: str = ""
    visit: str = ""
    notice: int = 0


class Desk:
    """What one person finds under the grant in use, each heap at most a hundred high."""

    def __init__(self, acting: Acting, at: datetime) -> None:
        self.acting, self.viewer, self.at = acting, acting.viewer, at
        self.today = localtime(at).date()
        self.decides = DECIDE in acting.actor.powers

    def _tasks(self, wanted: TaskFilter, field: str = "due_on") -> list[Item]:
        part = Part(field, field == "id", rows_max=ROWS_MAX)
        told = lists.tasks(viewer=self.viewer, wanted=wanted, part=part)
        return [
            Item(
                TASK_KINDS.get(row.task.kind, row.task.kind),
                row.point,
                row.address,
                row.name,
                row.task.due_on,
                tone=self._tone(row.task.due_on) if row.task.closed_at is None else "",
                who=row.holder or _("无人领取"),
            )
            for row in tasks_list.rows_of(self.viewer, told.rows)
        ]

    def _tone(self, due_on: date) -> str:
        days = (due_on - self.today).days
        return "bad" if days < 0 else "warn" if days <= DAYS_NEAR else ""

    def _open_tasks(self, since: date | None = None, until: date | None = None) -> list[Item]:
        """In my hand; in nobody's too if I may take them; everybody's within scope for whoever hands over."""
        holders = [self.acting.person, *([lists.NOBODY] if self.decides else [])]
        if "work.hand_over" in self.acting.actor.powers and (since or until):
            holders = [""]
        told = [
            item
            for holder in holders
            for item in self._tasks(TaskFilter(holder=holder, due_from=since, due_to=until, open_only=True))
        ]
        return sorted(told, key=lambda item: item.due_on or date.max)

    def _answers(self) -> list[Item]:
        if not self.decides:
            return []
        wanted, part = TouchFilter(unsettled=True), Part("id", rows_max=ROWS_MAX)
        told = lists.touches(viewer=self.viewer, wanted=wanted, part=part)
        return [
            Item(
                ANSWERS.get(row.touch.answer, row.touch.answer),
                f"{row.touch.point} {row.point}",
                row.address,
                row.name,
                at=row.touch.answered_at,
                tone="warn",
            )
            for row in touches_list.rows_of(self.viewer, told.rows)
        ]

    def _visits(self) -> list[Item]:
        if "touch.visit" not in self.acting.actor.powers:
            return []
        told = triggers.visit_list(viewer=self.viewer, rows_max=ROWS_MAX)
        names = registry.names(viewer=self.viewer, keys={key for key, _why, _at in told})
        return [
            Item(
                _("走访"),
                why,
                reverse("officer:subject", args=[key]),
                names.get(key, key),
                at=asked,
                visit=key,
            )
            for key, why, asked in told
        ]

    def _unclear(self) -> list[Item]:
        told = outbox.for_a_person(viewer=self.viewer)[:ROWS_MAX] if self.viewer.sees_all else []
        return [
            Item(
                _("发送结果不明"),
                row.key,
                reverse("officer:messages"),
                row.note,
                at=row.since_at,
                tone="warn",
            )
            for row in told
            if not row.topic.startswith("webhook.")  # their owner looks after them, on a page of their own
        ]

    def _deadlines(self, *near: str) -> list[Item]:
        base = open_library(settings.PACKS).clocks
        terms = clocks.terms(viewer=self.viewer, base=base)
        told = clocks.due_list(
            viewer=self.viewer,
            at=self.at,
            terms=terms,
            handler=self.acting.person,
            wanted=clocks.DueFilter(kinds=terms.book.keys(statutory=True)),
        )
        return [
            Item(
                _("法定期限"),
                card.title,
                page_of(card.key, card.matter),
                terms.book.row(card.clock).name_zh,
                card.due_on,
                tone=self._tone(card.due_on),
            )
            for card in told
            if card.due_on and (not near or card.nearness in near)
        ][:ROWS_MAX]

    def _notices(self, told: list[NoticeCard], *, sent: bool = False) -> list[Item]:
        return [
            Item(
                NOTICES.get(card.kind, card.kind),
                card.text,
                card.address,
                card.owner if sent else card.sender_name,
                at=card.sent_at,
                notice=card.id if card.read_at is None and not sent else 0,
            )
            for card in told
        ]

    def todo(self) -> list[Item]:
        """What waits for an act of mine."""
        told = [*self._answers(), *self._open_tasks(), *self._visits(), *self._deadlines(), *self._unclear()]
        return sorted(told, key=lambda item: item.tone != "bad")

    def unread(self) -> list[Item]:
        """What colleagues have laid here and I have not read."""
        return self._notices(kept.notices(viewer=self.viewer, unread=True))

    def done(self) -> list[Item]:
        """Tasks that ended in my hand, the last opened first."""
        return self._tasks(TaskFilter(holder=self.acting.person, closed_only=True), field="id")

    def started(self) -> list[Item]:
        """What I have sent to colleagues."""
        return self._notices(kept.notices(viewer=self.viewer, sent=True), sent=True)

    def copied(self) -> list[Item]:
        """What was copied to me, read or not."""
        return self._notices(kept.notices(viewer=self.viewer, kind="COPY"))

    def soon(self) -> list[Item]:
        """Due today or within days."""
        near = self._deadlines("TODAY", "THIS_WEEK")
        return [*self._open_tasks(self.today, self.today + timedelta(days=DAYS_NEAR)), *near]

    def overdue(self) -> list[Item]:
        """Past its day and not done."""
        return [*self._open_tasks(until=self.today - timedelta(days=1)), *self._deadlines("OVERDUE")]


Heap = Callable[[Desk], list[Item]]
# Name → words, how it is filled, and what an empty heap says: what would appear and how.
HEAPS: dict[str, tuple[Text, Heap, Text]] = {
    "todo": (
        gettext_lazy("待办"),
        Desk.todo,
        gettext_lazy(
            "现在没有要办的。企业有不同意见或需要帮助、红色触线待核查、短信多次未送达时出现在这里。"
        ),
    ),
    "unread": (
        gettext_lazy("待阅"),
        Desk.unread,
        gettext_lazy("没有待阅的。同事从触线页抄送或移交给您时出现。"),
    ),
    "done": (
        gettext_lazy("已办"),
        Desk.done,
        gettext_lazy("还没有办结的任务。您领取并办结的任务出现在这里。"),
    ),
    "started": (
        gettext_lazy("我发起"),
        Desk.started,
        gettext_lazy("还没有发起过。在触线页抄送同事、移交任务后出现。"),
    ),
    "copied": (gettext_lazy("抄送我"), Desk.copied, gettext_lazy("没有抄送给您的。同事在触线页抄送后出现。")),
    "soon": (
        gettext_lazy("临期"),
        Desk.soon,
        gettext_lazy("三天内没有到期的任务。期限到来前三天出现在这里。"),
    ),
    "overdue": (
        gettext_lazy("超期"),
        Desk.overdue,
        gettext_lazy("没有超期的任务。过了期限仍未办结的出现在这里，并已报上一级。"),
    ),
}


@require_safe
@with_power("subject.read")
def work(request: HttpRequest, acting: Acting) -> HttpResponse:
    """The heaps with their numbers, one of them open."""
    found = Desk(acting, page_clock().now())
    chosen = told if (told := request.GET.get("heap", "todo")) in HEAPS else "todo"
    heaps = {name: fill(found) for name, (_words, fill, _empty) in HEAPS.items()}
    words = {
        "here": "work",
        "chosen": chosen,
        "title": HEAPS[chosen][0],
        "empty": HEAPS[chosen][2],
        "heaps": [
            (name, HEAPS[name][0], number_of(items), _tone(name, items)) for name, items in heaps.items()
        ],
        "items": heaps[chosen][:ROWS_MAX],
        "unread": [item.notice for item in heaps[chosen] if item.notice],
        "watched": _watched(acting),
        "colleagues": access.colleagues(viewer=acting.viewer, on=day(found.at), power=DECIDE),
        "hands_over": found.decides,
    }
    return render(request, "officer/work.html", words)


def _watched(acting: Acting) -> list[tuple[int, Text, str, str]]:
    """(view, list, name, how many are new) of the own watched views in which something is new."""
    told = []
    for view in kept.views(viewer=acting.viewer, unit=""):
        definition = LISTS.get(view.list_name)
        if view.seen is None or definition is None or definition.power not in acting.actor.powers:
            continue
        number = definition.asked(QueryDict(view.query)).news(acting.viewer, view.seen, NEWS_MAX)
        if number:
            shown = f"{NEWS_MAX - 1}+" if number >= NEWS_MAX else str(number)
            told.append((view.id, definition.title, view.name, shown))
    return told


def number_of(items: list[Item]) -> str:
    """How many, and no more than a heap holds."""
    return f"{ROWS_MAX - 1}+" if len(items) >= ROWS_MAX else str(len(items))


def _tone(name: str, items: list[Item]) -> str:
    return {"overdue": "bad", "soon": "warn"}.get(name, "") if items else ""


@require_POST
@with_power("subject.read")
def read(request: HttpRequest, acting: Acting) -> HttpResponse:
    """Mark what is shown as read."""
    told = [int(text) for text in request.POST.getlist("notice") if text.isascii() and text.isdigit()]
    ids = [number for number in told[:ROWS_MAX] if number < 1 << 62]
    desk.read_notices(by=acting.actor, at=page_clock().now(), ids=ids)
    return HttpResponseRedirect(reverse("officer:work") + "?heap=unread")


@require_POST
@with_power(DECIDE)
def hand_over(request: HttpRequest, acting: Acting) -> HttpResponse:
    """Everything open of mine goes to one colleague."""
    at, to = page_clock().now(), request.POST.get("to", "")
    reason = request.POST.get("reason", "")
    known = {card.person for card in access.colleagues(viewer=acting.viewer, on=day(at), power=DECIDE)}
    try:
        if to not in known:
            raise NotFoundError(_("请选择接手的同事"))
        handing.hand_over(by=acting.actor, at=at, owner=acting.person, to=to, reason=reason)
    except (NotFoundError, handing.HandOverError) as error:
        words = {"title": _("没有移交"), "words": str(error), "back": reverse("officer:work")}
        return render(request, "officer/told.html", words)
    text = _("移交了全部未办结事项：%(reason)s") % {"reason": reason}
    desk.send_notice(by=acting.actor, at=at, to=to, kind="HANDED", text=text, address=reverse("officer:work"))
    return HttpResponseRedirect(reverse("officer:work") + "?heap=started")
