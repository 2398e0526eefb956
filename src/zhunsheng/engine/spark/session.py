"""A session of Spark: started with what judging needs, or a reason why there is none."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FAILURES: tuple[type[Exception], ...] = ()
try:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    FAILURES = (PySparkException, Py4JError)
except ModuleNotFoundError as error:
    if error.name not in {"py4j", "pyspark"}:
        raise
    SparkSession = None

APP = "zhunsheng"
USUAL = {
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MILLIS",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.session.timeZone": "Asia/Shanghai",
    "spark.ui.showConsoleProgress": "false",
}
# One machine: nothing listens to others, and no page is served.
ALONE = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
}


class NoSparkError(RuntimeError):
    """What is missing: `pyspark` or `java`."""

    def __init__(self, lacking: str) -> None:
        self.lacking = lacking
        super().__init__(lacking)


def why_not() -> str:
    """What is missing for a session: 'pyspark', 'java', or nothing ('')."""
    if SparkSession is None:
        return "pyspark"
    home = os.environ.get("JAVA_HOME")
    return "" if (Path(home, "bin", "java").exists() if home else shutil.which("java")) else "java"


def reason(error: Exception) -> str:
    """One line of the many that Spark says: what a worker said of the layout, else the first."""
    lines = str(error).splitlines() or [type(error).__name__]
    told = [line.partition("LayoutError: ")[2] for line in lines]
    return next((line for line in told if line), lines[0])


@contextmanager
def session(master: str | None) -> Iterator[Any]:
    """A session at `master` (None: what spark-submit was told); NoSparkError when there can be none.

    One that runs already is taken and left running.
    """
    lacking = why_not()
    if lacking:
        raise NoSparkError(lacking)
    local = master is not None and master.startswith("local")
    if local:
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    there = SparkSession.getActiveSession() is not None
    builder = SparkSession.builder.appName(APP)
    for name, value in (USUAL | (ALONE if local else {})).items():
        builder = builder.config(name, value)
    spark = (builder.master(master) if master else builder).getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    try:
        yield spark
    finally:
        if not there:
            spark.stop()
