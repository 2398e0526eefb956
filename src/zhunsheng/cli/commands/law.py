"""`zhunsheng law`: import statute texts, check what packs cite, show an article of a day, search."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import click
from django.conf import settings
from django.utils.translation import gettext as _

from zhunsheng.cli.days import Instant, now
from zhunsheng.cli.exit_codes import CannotRunError, ExitCode
from zhunsheng.cli.output import Output, reporting
from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import day_of, instant
from zhunsheng.core.statutes.parsing import StatuteError, parse_statute
from zhunsheng.core.statutes.provisions import FineRange
from zhunsheng.core.statutes.references import LawRecord, read_place
from zhunsheng.engine.lawfiles import law_records, lay_words, pack_citations, pack_provisions
from zhunsheng.registers.statutes.actions import laws as statutes
from zhunsheng.registers.statutes.queries import citing, provisions
from zhunsheng.registers.statutes.queries import laws as queries
from zhunsheng.registers.statutes.queries.citing import Standing
from zhunsheng.registers.statutes.queries.laws import ArticleCard
from zhunsheng.registers.statutes.queries.provisions import ProvisionCard

BY, VIEWER = Actor.service("law"), Viewer.bureau("law")
FILE_BYTES_MAX = 10_000_000


@click.group(help=_("法律库：导入文本、核对规则包引用、查看某日有效的条文、检索。"))
def command() -> None:
    """Laws: import, check, show, search."""


def _records() -> dict[str, LawRecord]:
    return law_records(settings.PACKS)


def _day(at: dt.datetime | None) -> dt.date:
    return day_of(instant(at or now()))


def _text(path: Path) -> str:
    if path.stat().st_size > FILE_BYTES_MAX:
        raise StatuteError(_("文件过大"))
    return path.read_text(encoding="utf-8")


@command.command("import", help=_("导入 Markdown 法律文本：文件或者目录；同一文本再次导入不产生变化。"))
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--from", "valid_from", type=Instant(), help=_("施行日期；文本未载明或者系修正文本时写明。"))
@reporting(
    {
        "laws": _("逐部：law、valid_from、date_source、articles、new、findings"),
        "refused": _("逐个文件：file、reason"),
    }
)
def import_(out: Output, path: Path, valid_from: dt.datetime | None) -> ExitCode:
    """Keep what can be read, refuse the rest with its reason, then build the search anew."""
    files = [path] if path.is_file() else sorted(path.rglob("*.md"))
    given = _day(valid_from) if valid_from else None
    kept, refused = [], []
    with out.progress(_("导入"), total=len(files)) as progress:
        for file in files:
            try:
                parsed = parse_statute(_text(file))
                kept.append(
                    statutes.import_law(by=BY, at=now(), parsed=parsed, source=file.name, valid_from=given)
                )
            except (StatuteError, UnicodeDecodeError, statutes.UndatedLawError) as error:
                refused.append({"file": file.name, "reason": str(error)})
            progress.advance()
    if any(one.new for one in kept):
        statutes.index_again(by=BY, at=now())
    for one in kept:
        mark = _("新") if one.new else _("已有")
        out.line(f"{mark} {one.law} {one.valid_from}（{one.date_source}） {one.articles}")
        for finding in one.findings:
            out.line(f"    {finding}")
    for bad in refused:
        out.line(f"✗ {bad['file']}：{bad['reason']}")
    told = [
        {
            "law": one.law,
            "valid_from": str(one.valid_from),
            "date_source": one.date_source,
            "articles": one.articles,
            "new": one.new,
            "findings": list(one.findings),
        }
        for one in kept
    ]
    out.result({"laws": told, "refused": refused})
    return ExitCode.PARTLY_REFUSED if refused else ExitCode.OK


@command.command(help=_("核对规则包中每一处法律依据：能否在法律库中找到、是否废止、是否未核实。"))
@click.option("--on", type=Instant(), help=_("以哪一天为准，默认今天。"))
@reporting(
    {
        "counts": _("各种结论的数目"),
        "citations": _("逐处：file、law、article、standing"),
    }
)
def check(out: Output, on: dt.datetime | None) -> ExitCode:
    """FOUND when a citation has no record or its article does not exist."""
    records, day = _records(), _day(on)
    cited = pack_citations(Path(settings.PACKS))
    standings = citing.standings(viewer=VIEWER, citations=cited, records=records, on=day)
    found = [(citation, standings[citation]) for citation in cited]
    counts = Counter(told.value for _citation, told in found)
    for citation, told in sorted(set(found), key=lambda pair: (pair[1].value, pair[0].where)):
        if told is not Standing.RESOLVED:
            out.line(f"{told.value:16} {citation.law} {citation.article}  {citation.where}")
    for name, number in sorted(counts.items()):
        out.line(f"{name}: {number}")
    rows = [
        {"file": c.where, "law": c.law, "article": c.article, "standing": told.value} for c, told in found
    ]
    out.result({"counts": dict(counts), "citations": rows})
    wrong = counts[Standing.NO_RECORD.value] + counts[Standing.NO_SUCH_ARTICLE.value]
    return ExitCode.FOUND if wrong else ExitCode.OK


def _told(card: ArticleCard) -> dict[str, object]:
    return {
        "law": card.law,
        "valid_from": str(card.valid_from),
        "article": card.number,
        "branch": card.branch,
        "division": card.division,
        "text": card.text,
    }


ARTICLE_KEYS = {
    "law": _("法律"),
    "valid_from": _("该文本施行日期"),
    "article": _("条"),
    "branch": _("之几，无则为 0"),
    "division": _("章节"),
    "text": _("条文"),
}


@command.command(help=_("查看某日有效的条文：写法律名称与条号，如 83 或 83(4)。"))
@click.argument("law")
@click.argument("article")
@click.option("--on", type=Instant(), help=_("行为发生之日，默认今天。"))
@reporting(ARTICLE_KEYS)
def show(out: Output, law: str, article: str, on: dt.datetime | None) -> ExitCode:
    """One article of a day; where today's text differs, both are shown and nothing is chosen."""
    place = read_place(article)
    if place is None:
        raise click.UsageError(_("%(text)s 不是条号，写成 83 或 83(4)") % {"text": article})
    record = _records().get(law)
    names = [record.full_name, law] if record else [law]
    full = next((name for name in names if name in queries.laws(viewer=VIEWER)), None)
    if full is None:
        raise CannotRunError(_("法律库中没有 %(law)s，请先导入") % {"law": law})
    cards = queries.articles_between(
        viewer=VIEWER, law=full, place=place, acted_on=_day(on), judged_on=_day(None)
    )
    for card in cards:
        out.line(f"{card.law}（{card.valid_from}）第 {card.number} 条  {card.division}")
        out.line(card.text)
    if len(cards) > 1:
        out.note(_("行为时与现在的条文不同：从旧兼从轻，由办案人员判断适用哪一文本。"))
    out.records(_told(card) for card in cards)
    return ExitCode.OK if cards else ExitCode.FOUND


def _range(fine: FineRange | None, goods: int | None) -> str:
    if fine is None:
        return ""
    if fine.of_goods and goods is None:
        low = f"{fine.low / 100:g}" if fine.low else "0"
        return _("罚款：货值金额 %(low)s 至 %(high)g 倍") % {"low": low, "high": fine.high / 100}
    low, high = (f"{fen / 100:,.2f}" for fen in fine.bounds(goods or 0))
    return _("罚款：%(low)s 至 %(high)s 元") % {"low": low, "high": high}


def _bounds(fine: FineRange | None, goods: int | None) -> tuple[int, int] | None:
    return None if fine is None or (fine.of_goods and goods is None) else fine.bounds(goods or 0)


def _conduct(card: ProvisionCard, goods: int | None) -> dict[str, object]:
    one = card.provision
    follows = [
        {
            "stage": c.stage.value,
            "kinds": [kind.value for kind in c.kinds],
            "fine_fen": _bounds(c.fine, goods),
            "law": c.basis.law,
            "article": c.basis.article,
            "standing": text.standing.value,
        }
        for c, text in card.consequences
        if goods is None or c.fits(goods)
    ]
    return {
        "id": one.id,
        "conduct": one.conduct_zh,
        "duty": [card.duty.citation.law, card.duty.citation.article, card.duty.standing.value],
        "consequences": follows,
        "penalty_at_first": one.penalty_at_first(),
        "exemptions": [[t.citation.law, t.citation.article, t.standing.value] for t in card.exemptions],
        "tolerance": list(one.tolerance),
    }


@command.command(help=_("违法行为：义务条款、后果与罚款幅度、不予处罚依据；写编号或者行为中的词语。"))
@click.argument("words", required=False, default="")
@click.option("--on", type=Instant(), help=_("行为发生之日，默认今天。"))
@click.option("--goods", type=click.IntRange(min=0), help=_("货值金额，元；不写则列出全部档次。"))
@reporting(
    {
        "id": _("编号"),
        "conduct": _("行为"),
        "duty": _("义务条款：法律、条号、核对结果"),
        "consequences": _("后果：stage、kinds、fine_fen（下限与上限，分）、law、article、standing"),
        "penalty_at_first": _("首次发现即可处罚为真；否则先责令改正，不算免罚"),
        "exemptions": _("不予处罚依据"),
        "tolerance": _("包容清单条目"),
    }
)
def conduct(out: Output, words: str, on: dt.datetime | None, goods: int | None) -> ExitCode:
    """Provisions by id or words, as the installed base tells them on the day of the act."""
    known = pack_provisions(Path(settings.PACKS))
    records, day, told = _records(), _day(on), []
    value = None if goods is None else goods * 100
    for one in known.values():
        if words not in {"", one.id} and words not in one.conduct_zh:
            continue
        card = provisions.on_day(viewer=VIEWER, provision=one, records=records, on=day)
        told.append(_conduct(card, value))
        out.line(f"{one.id} {one.conduct_zh}（{one.duty.law} {one.duty.article}，{card.duty.standing}）")
        for c, text in card.consequences:
            if value is None or c.fits(value):
                kinds = "、".join(kind.value for kind in c.kinds)
                place = f"{c.basis.law} {c.basis.article}，{text.standing}"
                out.line(f"    {c.stage}：{kinds} {_range(c.fine, value)}（{place}）")
        for spared in card.exemptions:
            out.line("    " + _("不予处罚：") + f"{spared.citation.law} {spared.citation.article}")
    out.records(told)
    return ExitCode.OK if told else ExitCode.FOUND


@command.command(help=_("检索：用词语、法律名称或者日常问题。"))
@click.argument("question")
@click.option("--on", type=Instant(), help=_("只看某日有效的文本。"))
@click.option("--top", type=click.IntRange(1, 100), default=10, help=_("最多列出几条。"))
@reporting({**ARTICLE_KEYS, "score": _("相关度")})
def search(out: Output, question: str, on: dt.datetime | None, top: int) -> ExitCode:
    """Best first; the words of packs/statutes widen the question."""
    words = lay_words(Path(settings.PACKS))
    day = _day(on) if on else None
    found = queries.search(viewer=VIEWER, question=question, words=words, on=day, top=top)
    for card, score in found:
        first = card.text.partition("\n")[0]
        out.line(f"{score:6.1f} {card.law} 第 {card.number} 条：{first[:60]}")
    out.records({**_told(card), "score": round(score, 3)} for card, score in found)
    return ExitCode.OK if found else ExitCode.FOUND
