"""What commands that can run on Spark have in common: their options, a session or why there is none."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import click
from django.utils.translation import gettext as _

from zhunsheng.cli.exit_codes import CannotRunError
from zhunsheng.engine.spark import session as sessions

LOCAL, SPARK = "local", "spark"


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where Spark runs (None: what spark-submit was told) and in how many partitions subjects are judged."""

    master: str | None
    partitions: int


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `engine` and `cluster`."""

    @click.option(
        "--engine",
        type=click.Choice((LOCAL, SPARK)),
        default=LOCAL,
        show_default=True,
        help=_("spark 在 Spark 上运行，需另装可选组件 spark 和 Java 17。"),
    )
    @click.option("--master", help=_("Spark 主节点，如 local[2]；由 spark-submit 启动时不写。"))
    @click.option(
        "--partitions",
        default=2,
        show_default=True,
        type=click.IntRange(1),
        help=_("Spark 分区数，宜为核数的二至四倍。"),
    )
    @functools.wraps(command)
    def wrapped(*arguments: Any, master: str | None, partitions: int, **named: Any) -> Any:
        return command(*arguments, cluster=Cluster(master, partitions), **named)

    return wrapped


@contextmanager
def session(cluster: Cluster) -> Iterator[Any]:
    """A session; CannotRunError says what is missing."""
    try:
        with sessions.session(cluster.master) as spark:
            yield spark
    except sessions.NoSparkError as error:
        words = {
            "pyspark": _("没有安装可选组件 spark：请按 requirements/spark.txt 安装。"),
            "java": _("找不到 Java：请安装 Java 17（如 openjdk-17-jre-headless）或设置 JAVA_HOME。"),
        }
        raise CannotRunError(words[error.lacking]) from error
    except sessions.FAILURES as error:
        raise CannotRunError(_("Spark 没有做成：%(why)s") % {"why": sessions.reason(error)}) from error
