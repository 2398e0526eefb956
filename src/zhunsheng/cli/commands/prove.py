"""`zhunsheng prove`: online = batch = replay = reference, on the installed data and on generated packs."""

from __future__ import annotations

import datetime as dt
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from django.utils.translation import gettext as _

from zhunsheng.cli import sparking
from zhunsheng.cli.days import Instant, now
from zhunsheng.cli.exit_codes import ExitCode
from zhunsheng.cli.output import Output, reporting
from zhunsheng.core.actors import Viewer
from zhunsheng.core.clock import instant, moment
from zhunsheng.engine.nation.layout import open_layout
from zhunsheng.engine.nation.running import Question
from zhunsheng.engine.prove import (
    Mismatch,
    Proof,
    prove_courses,
    prove_generated,
    prove_histories,
    prove_judgements,
)
from zhunsheng.engine.spark.proving import prove_generated as prove_generated_on_spark
from zhunsheng.engine.spark.proving import prove_layout
from zhunsheng.sensing.signals import queries as signals
from zhunsheng.workflows.exporting import export
from zhunsheng.workflows.ruling import course_at, rules_at

VIEWER = Viewer.bureau("prove")
PACKS, SPARK_PACKS = 50, 5


def _record(mismatch: Mismatch) -> dict[str, object]:
    return {
        "engine": mismatch.what,
        "subject": mismatch.subject,
        "first": moment(mismatch.first).isoformat(),
        "second": moment(mismatch.second).isoformat(),
        "facts": [fact.fact_id for fact in mismatch.facts],
        "said": repr(mismatch.said),
        "reference": repr(mismatch.reference),
    }


@click.command(help=_("证明：逐条到达、批量、重放与参考解释器的结果完全一致；有一处不一致即以 1 退出。"))
@click.option("--as-of", type=Instant(), help=_("批量研判截至的时间，默认现在。"))
@click.option(
    "--histories", default=30, show_default=True, type=click.IntRange(0), help=_("重放多少户的历史。")
)
@click.option("--days", default=60, show_default=True, type=click.IntRange(1), help=_("重放最近多少天。"))
@click.option("--packs", type=click.IntRange(0), help=_("另造多少个规则包，默认 50；用 Spark 时 5。"))
@sparking.options
@reporting(
    {
        "judgements": _("比较的研判数"),
        "histories": _("比较的历史数"),
        "mismatches": _("不一致处：engine、subject、first、second、facts、said、reference"),
    }
)
def command(
    out: Output,
    as_of: dt.datetime | None,
    histories: int,
    days: int,
    packs: int | None,
    engine: str,
    cluster: sparking.Cluster,
) -> ExitCode:
    """Compare everything, tell the smallest case of each disagreement."""
    when = as_of or now()
    if engine == sparking.SPARK:
        proof = _on_spark(out, when, SPARK_PACKS if packs is None else packs, cluster)
    else:
        proof = _here(out, when, histories, days, PACKS if packs is None else packs)
    records = [_record(mismatch) for mismatch in proof.mismatches]
    answer = {"judgements": proof.judgements, "histories": proof.histories, "mismatches": records}
    out.line(
        _("比较研判 %(judgements)d 次、历史 %(histories)d 份，不一致 %(found)d 处")
        % {**answer, "found": len(records)}
    )
    for record in records[:20]:
        out.line(f"  {record['engine']} {record['subject']}: {record['facts']}")
    out.result(answer)
    return ExitCode.FOUND if records else ExitCode.OK


def _on_spark(out: Output, when: dt.datetime, packs: int, cluster: sparking.Cluster) -> Proof:
    """The installed facts with what is usual among their peers, and generated packs, on Spark and here."""
    pack, at = rules_at(when).pack, instant(when)
    with (
        TemporaryDirectory(prefix="zhunsheng-prove-") as made,
        out.progress(_("证明")) as progress,
        sparking.session(cluster) as spark,
    ):
        folder = Path(made)
        proof = prove_generated_on_spark(spark, packs, folder, cluster.partitions)
        if export(folder / "facts", when, when, progress.advance)[0].subjects:
            asked = Question(pack, at, at, peers=True)
            proof += prove_layout(spark, open_layout(folder / "facts"), asked, folder, cluster.partitions)
    return proof


def _here(out: Output, when: dt.datetime, histories: int, days: int, packs: int) -> Proof:
    """Every engine of this machine against the reference."""
    pack, course, at = rules_at(when).pack, course_at(when), instant(when)
    world = signals.world(viewer=VIEWER)
    proof = Proof(0, 0, ())
    with out.progress(_("证明")) as progress:
        timelines = signals.timelines(viewer=VIEWER, known_at=when)
        while part := list(islice(timelines, 500)):
            facts = [fact for _subject, own in part for fact in own]
            proof += prove_judgements(pack, facts, world, [(at, at)])
            progress.advance(len(part))
        start = at - days * 86_400
        first = islice(signals.timelines(viewer=VIEWER, known_at=when), histories)
        some = [fact for _subject, own in first for fact in own]
        if some:
            lived = course.within(start, at)
            if lived.plain:
                proof += prove_histories(pack, some, world, start, at)
            else:
                proof += prove_courses(lived, some, world, start, at)
        proof += prove_generated(packs)
    return proof
