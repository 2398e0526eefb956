"""On Spark as on this machine: installed facts, generated packs, a table of a database; a fault is found.

One file and one Java machine on one database: starting it is most of what this costs.
"""

from __future__ import annotations

import importlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.engine.test_nation import rows_in
from tests.journeys.city import MACHINE, Bureau, at
from zhunsheng.cli.main import main
from zhunsheng.core.clock import instant
from zhunsheng.core.identifiers.uscc import make
from zhunsheng.engine.nation import layout, peering
from zhunsheng.engine.nation.running import Question, fields_read
from zhunsheng.engine.peers import PeerStatistic
from zhunsheng.engine.spark import frames, partitions, proving, running
from zhunsheng.engine.spark import session as sessions
from zhunsheng.sensing.signals import actions as signals
from zhunsheng.sensing.signals.new_facts import NewFact

WHEN = "2026-06-03"
FIRMS = [make("91", "980102", f"MA{number}X0X0X") for number in range(6)]
WORST = FIRMS[-1]
CLUSTER = ("--engine", "spark", "--master", "local[2]")
# Such small work is done before an optimising compiler has paid for itself.
QUICK = {
    "JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dderby.stream.error.file=/dev/null",
    "PYSPARK_SUBMIT_ARGS": "--conf spark.sql.codegen.wholeStage=false"
    " --conf spark.sql.codegen.factoryMode=NO_CODEGEN --conf spark.sql.shuffle.partitions=2"
    " --conf spark.sql.adaptive.enabled=false --driver-memory 512m pyspark-shell",
}


@pytest.fixture
def spark(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    lacking = sessions.why_not()
    if lacking:
        pytest.skip(f"no {lacking}; `make test` as root on Debian brings it")
    for name, value in QUICK.items():
        monkeypatch.setenv(name, value)
    with sessions.session("local[2]") as spark:
        yield spark
    context = importlib.import_module("pyspark").SparkContext
    gateway, context._gateway, context._jvm = context._gateway, None, None
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait()


@pytest.fixture
def bureau() -> Bureau:
    """Six firms of one trade; the last one has most complaints for its orders."""
    bureau, facts = Bureau(), list[NewFact]()
    for number, key in enumerate(FIRMS):
        facts.append(NewFact("PEER_GROUP", key, at("2026-01-01"), {"group": "6210"}))
        facts.append(NewFact("TRADE_VOLUME", key, at("2026-05-01"), {"orders": 1_000}))
        for k in range(6 if number == 5 else number % 2):
            words = {"number": f"诉-{number}-{k}", "topic": "OTHER", "verified": False, "excluded": False}
            facts.append(NewFact("COMPLAINT", key, at("2026-05-02"), words))
    contracts = bureau.library.contracts
    told = signals.record_facts(
        by=MACHINE, at=at("2026-05-03"), facts=facts, source="test", contracts=contracts
    )
    assert not any(outcome.refusals for outcome in told)
    return bureau


def zhunsheng(*words: object, code: int = 0) -> dict[str, Any]:
    done = CliRunner().invoke(main, [*map(str, words), "--json"])
    assert done.exit_code == code, done.output
    told: dict[str, Any] = json.loads(done.stdout) if done.stdout.startswith("{") else {"said": done.output}
    return told


def peers_of_a_partition(facts: frames.Frame, asked: Question, count: int) -> list[PeerStatistic]:
    """The fault: statistics where the subjects lie, not where the counts of a group meet."""
    placed, names = frames.by_subject(facts, fields_read(peering.measuring_pack(asked.pack)), count)
    counts = placed.mapInArrow(partitions.Count(asked, names), partitions.ddl(partitions.COUNTED))
    whole = counts.mapInArrow(partitions.summed, partitions.ddl(partitions.SUMMED))
    rows = {(row[0], row[1]): partitions.statistic(row) for row in whole.collect()}
    return [rows[key] for key in sorted(rows)]


def as_a_table(spark: Any, source: Path, to: Path) -> Path:
    """The facts of a folder as a table in a database, and a folder that says where they are."""
    url = "jdbc:derby:memory:facts;create=true"
    frame = spark.read.parquet(str(source / layout.FACTS))
    frame.write.format("jdbc").options(url=url, dbtable="facts").save()
    twice = frame.unionAll(frame)
    twice.write.format("jdbc").options(url=url, dbtable="twice").save()
    to.mkdir()
    shutil.copy(source / layout.ABOUT, to)
    shutil.copy(source / layout.WORLD, to)
    (to / running.SOURCE).write_text(f"# 只供测试\nformat=jdbc\nurl={url}\ndbtable=facts\n", encoding="utf-8")
    return to


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.only_on("sqlite")
@pytest.mark.filterwarnings("ignore::DeprecationWarning:pyspark", "ignore:distutils:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:.*Socket:pytest.PytestUnraisableExceptionWarning")
def test_on_spark_as_on_this_machine(spark: Any, bureau: Bureau, tmp_path: Path) -> None:
    told = zhunsheng("prove", "--packs", 1, "--as-of", WHEN, *CLUSTER)
    assert told["mismatches"] == []
    assert told["judgements"] > 6 + proving.SUBJECTS // 2

    zhunsheng("nation", "export", "--to", tmp_path / "facts", "--known-at", WHEN)
    made, when = layout.open_layout(tmp_path / "facts"), instant(at(f"{WHEN} 23:59:59"))
    asked = Question(bureau.library.pack, when, when, peers=True)
    proof = proving.prove_layout(spark, made, asked, tmp_path, 2, peers_of_a_partition)
    assert {mismatch.subject for mismatch in proof.mismatches} >= {WORST}, "the planted fault is found"
    right = rows_in(tmp_path / "local")
    assert {"model": "general", "indicator": "I29", "points": 100} in right[-1]["items"]

    table = as_a_table(spark, made.folder, tmp_path / "table")
    words = ("--from", table, "--to", tmp_path / "there", "--as-of", WHEN, "--peers")
    done = zhunsheng("nation", "judge", *words, *CLUSTER)
    assert sorted(rows_in(tmp_path / "there"), key=lambda row: str(row["subject"])) == right
    assert (done["subjects"], done["facts"]) == (len(right), made.rows)
    assert zhunsheng("nation", "status", "--to", tmp_path / "there")["classes"] == done["classes"]

    told_twice = (table / running.SOURCE).read_text(encoding="utf-8").replace("=facts", "=twice")
    (table / running.SOURCE).write_text(told_twice, encoding="utf-8")
    refused = ("--from", table, "--to", tmp_path / "refused", "--as-of", WHEN)
    assert "到达次序相同" in zhunsheng("nation", "judge", *refused, *CLUSTER, code=4)["said"]


def test_without_spark_or_java_the_command_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "facts"
    folder.mkdir()
    (folder / running.SOURCE).write_text("format=parquet\n", encoding="utf-8")
    words = ("nation", "judge", "--from", folder, "--to", tmp_path / "to", *CLUSTER)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    monkeypatch.setattr(sessions, "SparkSession", object)
    assert "openjdk" in zhunsheng(*words, code=4)["said"]
    monkeypatch.setattr(sessions, "SparkSession", None)
    assert "requirements/spark.txt" in zhunsheng(*words, code=4)["said"]
    assert "--since" in zhunsheng(*words, "--since", folder, code=2)["said"]
