"""`zhunsheng lists`: the one life of every list, step by step, each by a named person who may."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path

import click
import yaml
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from zhunsheng.cli import packing
from zhunsheng.cli.days import Instant, now
from zhunsheng.cli.exit_codes import CannotRunError, ExitCode
from zhunsheng.cli.output import Output, reporting
from zhunsheng.cli.people import BY, officer
from zhunsheng.core.actors import Actor, PowerLackingError, Viewer
from zhunsheng.core.clock import day_of, instant
from zhunsheng.core.packs.nodes import PackError
from zhunsheng.engine.lawfiles import list_evaluation_months
from zhunsheng.foundation.accounts.actions.grants import ExcludedPartError
from zhunsheng.registers.statutes.actions import lists as actions
from zhunsheng.registers.statutes.lifecycle import Conclusion, ListStepError
from zhunsheng.registers.statutes.queries import lists as queries
from zhunsheng.registers.statutes.queries.lists import ListCard

VIEWER = Viewer.bureau("lists")
REFUSALS = (ListStepError, ExcludedPartError, PackError, PowerLackingError)
KEYS = click.argument("keys", nargs=-1, required=True)
CARD_KEYS = {
    "list": _("清单"),
    "number": _("第几版"),
    "state": _("环节"),
    "title": _("名称"),
    "entries": _("条目数"),
    "valid_from": _("施行日期"),
    "valid_to": _("最后有效日"),
}


@click.group(help=_("清单：起草、征求意见、审查、审批、发布、施行、评估；比较两版。"))
def command() -> None:
    """Lists and their life."""


def _told(card: ListCard) -> dict[str, object]:
    return {
        "list": card.list_key,
        "number": card.number,
        "state": card.state,
        "title": card.title,
        "entries": len(card.content["entries"]),
        "valid_from": str(card.valid_from) if card.valid_from else None,
        "valid_to": str(card.valid_to) if card.valid_to else None,
    }


def _say(out: Output, cards: list[ListCard]) -> ExitCode:
    told = [_told(card) for card in cards]
    out.table(list(CARD_KEYS.values()), [[x if x is not None else "" for x in t.values()] for t in told])
    out.records(told)
    return ExitCode.OK if told else ExitCode.FOUND


def _card(name: str) -> ListCard:
    key, _sign, number = name.partition("@")
    if number and not number.isdigit():
        raise click.UsageError(_("%(text)s：写成 清单 或者 清单@版次") % {"text": name})
    found = queries.version(viewer=VIEWER, list_key=key, number=int(number) if number else None)
    if found is None:
        raise CannotRunError(_("没有清单 %(name)s") % {"name": name})
    return found


def _each(out: Output, keys: tuple[str, ...], step: Callable[[ListCard], object]) -> ExitCode:
    """One list at a time; the first refusal stops, what was done stands and is shown."""
    done = []
    for key in keys:
        card = _card(key)
        try:
            step(card)
        except REFUSALS as error:
            raise CannotRunError(f"{card.list_key}@{card.number}: {error}") from error
        except IntegrityError as error:
            raise CannotRunError(_("%(key)s：数据库拒绝，起草人与审批人须为两人") % {"key": key}) from error
        done.append(_card(f"{card.list_key}@{card.number}"))
    return _say(out, done)


@command.command("show", help=_("列出全部清单的最新一版，或者某一清单的各版；--on 只看某日有效的一版。"))
@click.argument("key", required=False)
@click.option("--on", type=Instant(), help=_("以哪一天为准。"))
@reporting(CARD_KEYS)
def show(out: Output, key: str | None, on: dt.datetime | None) -> ExitCode:
    """Newest of each, all of one, or the one of a day."""
    if key is None:
        return _say(out, queries.overview(viewer=VIEWER))
    if on is None:
        return _say(out, queries.versions(viewer=VIEWER, list_key=key))
    found = queries.in_force(viewer=VIEWER, list_key=key, on=day_of(instant(on)))
    return _say(out, [found] if found else [])


@command.command(help=_("起草：由文件（zhunsheng.list/1），或者由规则包生成四张触发清单中有变化的几张。"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--pack", type=click.Path(exists=True, file_okay=False, path_type=Path), help=_("规则包目录。"))
@BY
@reporting(CARD_KEYS)
def draft(out: Output, file: Path | None, pack: Path | None, by: str) -> ExitCode:
    """Without a file those of the four lists whose newest version says something else; all or none."""
    person = officer(by, actions.EDIT)
    contents = [_document(file)] if file else packing.drafts_of(packing.folder_of(pack))
    made = [str(content["list"]) for content in contents if file or _is_news(content)]
    with transaction.atomic():
        for content in contents:
            if content["list"] in made:
                _draft(person, content)
    return _say(out, [_card(key) for key in made])


def _is_news(content: Mapping[str, object]) -> bool:
    known = queries.version(viewer=VIEWER, list_key=str(content["list"]))
    return known is None or known.content["entries"] != content["entries"]


def _draft(person: Actor, content: Mapping[str, object]) -> None:
    try:
        actions.draft(by=person, at=now(), content=content)
    except REFUSALS as error:
        raise CannotRunError(f"{content['list']}: {error}") from error


def _document(file: Path) -> dict[str, object]:
    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CannotRunError(_("%(file)s 不是 YAML：%(error)s") % {"file": file, "error": error}) from error
    needed = {"list", "title_zh", "issuer", "level", "entries"}
    lacking = sorted(needed - set(found)) if isinstance(found, dict) else sorted(needed)
    if lacking:
        raise CannotRunError(_("%(file)s 缺少 %(keys)s") % {"file": file, "keys": "、".join(lacking)})
    return dict(found)


@command.command(help=_("公开征求意见。"))
@KEYS
@BY
@reporting(CARD_KEYS)
def consult(out: Output, keys: tuple[str, ...], by: str) -> ExitCode:
    """Open drafts to opinions."""
    person = officer(by, actions.EDIT)
    return _each(out, keys, lambda card: actions.consult(by=person, at=now(), version_id=card.id))


@command.command(help=_("送审。"))
@KEYS
@BY
@reporting(CARD_KEYS)
def submit(out: Output, keys: tuple[str, ...], by: str) -> ExitCode:
    """Hand drafts to the reviewers."""
    person = officer(by, actions.EDIT)
    return _each(out, keys, lambda card: actions.submit(by=person, at=now(), version_id=card.id))


@command.command(help=_("合法性审查或者公平竞争审查；审查人不能是起草人。"))
@KEYS
@click.option("--kind", type=click.Choice([actions.LEGALITY, actions.COMPETITION]), required=True)
@click.option("--opinion", required=True, help=_("审查意见。"))
@BY
@reporting(CARD_KEYS)
def review(out: Output, keys: tuple[str, ...], kind: str, opinion: str, by: str) -> ExitCode:
    """One of the two reviews."""
    person = officer(by, actions.REVIEW)

    def step(card: ListCard) -> None:
        actions.review(by=person, at=now(), version_id=card.id, kind=kind, opinion=opinion)

    return _each(out, keys, step)


@command.command("send-back", help=_("退回起草人；已作的审查随即失效。"))
@KEYS
@click.option("--reason", required=True, help=_("退回理由。"))
@BY
@reporting(CARD_KEYS)
def send_back(out: Output, keys: tuple[str, ...], reason: str, by: str) -> ExitCode:
    """Back to draft."""
    person = officer(by, actions.REVIEW)

    def step(card: ListCard) -> None:
        actions.send_back(by=person, at=now(), version_id=card.id, reason=reason)

    return _each(out, keys, step)


@command.command(help=_("审批；两项审查都已完成，审批人没有参与起草。"))
@KEYS
@BY
@reporting(CARD_KEYS)
def approve(out: Output, keys: tuple[str, ...], by: str) -> ExitCode:
    """Approve reviewed lists."""
    person = officer(by, actions.APPROVE)
    return _each(out, keys, lambda card: actions.approve(by=person, at=now(), version_id=card.id))


@command.command(help=_("发布；内容从此不再变化。给出施行日期则同时施行，前一版随即失效。"))
@KEYS
@click.option("--from", "on", type=Instant(), help=_("施行日期；不写则只发布。"))
@BY
@reporting(CARD_KEYS)
def publish(out: Output, keys: tuple[str, ...], on: dt.datetime | None, by: str) -> ExitCode:
    """Publish, and put in force where a day is given; a published list is only put in force."""
    person = officer(by, actions.APPROVE)

    def step(card: ListCard) -> None:
        if card.state != "PUBLISHED":
            actions.publish(by=person, at=now(), version_id=card.id)
        if on is not None:
            day = day_of(instant(on))
            actions.put_in_force(by=person, at=now(), version_id=card.id, on=day)

    return _each(out, keys, step)


@command.command(help=_("年度评估：统计当年各条目的适用次数，写明结论。"))
@click.argument("key")
@click.option("--year", type=int, required=True)
@click.option("--conclusion", type=click.Choice([c.value for c in Conclusion]), required=True)
@click.option("--opinion", required=True, help=_("评估意见。"))
@BY
@reporting({"list": _("清单"), "year": _("年度"), "uses": _("各条目适用次数"), "conclusion": _("结论")})
def evaluate(out: Output, key: str, year: int, conclusion: str, opinion: str, by: str) -> None:
    """Count a year's uses and conclude."""
    person, card = officer(by, actions.REVIEW), _card(key)
    try:
        uses = actions.evaluate(
            by=person,
            at=now(),
            version_id=card.id,
            year=year,
            conclusion=Conclusion(conclusion),
            opinion=opinion,
        )
    except REFUSALS as error:
        raise CannotRunError(str(error)) from error
    out.table([_("条目"), _("适用次数")], sorted(uses.items()))
    out.result({"list": card.list_key, "year": year, "uses": dict(uses), "conclusion": conclusion})


@command.command(help=_("有效而逾期未评估的清单；有则退出码为 1。"))
@reporting(CARD_KEYS)
def overdue(out: Output) -> ExitCode:
    """Lists whose yearly evaluation is due."""
    months = list_evaluation_months(Path(settings.PACKS))
    found = queries.unevaluated(viewer=VIEWER, on=day_of(instant(now())), months=months)
    _say(out, found)
    return ExitCode.FOUND if found else ExitCode.OK


@command.command(help=_("逐条比较两版；有变化时退出码为 1。写成 清单@版次。"))
@click.argument("old")
@click.argument("new")
@reporting({"code": _("条目"), "old": _("旧版内容，新增则为空"), "new": _("新版内容，删去则为空")})
def compare(out: Output, old: str, new: str) -> ExitCode:
    """Every entry that differs, field by field."""
    changes = queries.side_by_side(viewer=VIEWER, old_id=_card(old).id, new_id=_card(new).id)
    for change in changes:
        for field in sorted(change.old.keys() | change.new.keys()):
            before, after = change.old.get(field, _("（无）")), change.new.get(field, _("（无）"))
            if before != after:
                out.line(f"{change.code} {field}：{before} → {after}")
    out.records({"code": c.code, "old": dict(c.old), "new": dict(c.new)} for c in changes)
    return ExitCode.FOUND if changes else ExitCode.OK
