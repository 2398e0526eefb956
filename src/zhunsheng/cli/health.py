"""What `zhunsheng doctor` looks at: each check tells what it found and, if need be, the cure."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryFile

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from zhunsheng.cli.database import closed_to_us, newer_migrations, pending_migrations
from zhunsheng.cli.days import now
from zhunsheng.cli.fonts import has_chinese_font
from zhunsheng.core.actors import Viewer
from zhunsheng.core.packs.nodes import PackError
from zhunsheng.engine.library import GENERAL, open_library
from zhunsheng.foundation import replicas
from zhunsheng.foundation.outbox import queries as queues
from zhunsheng.foundation.outbox.actions import FOR_A_PERSON
from zhunsheng.foundation.outreach import queries as messages
from zhunsheng.sensing.signals import queries as signals
from zhunsheng.sensing.signals.actions import FACTS_RECORDED
from zhunsheng.workflows.ruling import rules_at

FREE_BYTES_WARN = 2 * 1024**3
FREE_BYTES_FAIL = 200 * 1024**2
# Work that a dispatcher does in seconds is late after an hour; a person has until the next day.
HOURS_WARN = {"facts": 1, "outbox": 1, "unclear": 24}
POSTGRES_VERSION_MIN = 150_000
SQLITE_WANTED = {
    "journal_mode": "wal",
    "synchronous": "2",
    "foreign_keys": "1",
    "secure_delete": "1",
    "busy_timeout": "20000",
}
POSTGRES_WANTED = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


class Level(StrEnum):
    """How bad it is: FAIL means that data could be lost or that commands cannot work."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's report."""

    check: str
    level: Level
    text: str
    cure: str = ""


def _read(statement: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
    return str(row[0]) if row else ""


def database_settings() -> Iterator[Finding]:
    """Durability as the database itself reports it, not as the configuration wishes it."""
    sqlite = connection.vendor == "sqlite"
    wanted = SQLITE_WANTED if sqlite else POSTGRES_WANTED
    for name, value in wanted.items():
        found = _read(f"PRAGMA {name}" if sqlite else f"SHOW {name}")
        if found == value:
            yield Finding(f"database.{name}", Level.OK, found)
        else:
            text = _("%(found)s，应为 %(wanted)s") % {"found": found, "wanted": value}
            cure = _("已确认的数据可能因断电丢失：请恢复该数据库参数的默认值后重启。")
            yield Finding(f"database.{name}", Level.FAIL, text, cure)
    if not sqlite and int(_read("SHOW server_version_num")) < POSTGRES_VERSION_MIN:
        text = _("PostgreSQL %(version)s") % {"version": _read("SHOW server_version")}
        yield Finding("database.version", Level.FAIL, text, _("请升级到 PostgreSQL 15 或更高版本。"))


def database_role() -> Iterator[Finding]:
    """Whether the walls between districts bind the account with which we are connected."""
    if connection.vendor == "sqlite":
        text = _("SQLite 没有第二道隔离：区县之间只由程序隔离")
        yield Finding("database.role", Level.OK, text)
        return
    free = _read("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user") == "True"
    if free:
        cure = _("请让网页服务使用既非超级用户、也非表所有者、没有 BYPASSRLS 的数据库账号。")
        yield Finding("database.role", Level.WARN, _("数据库账号不受行级隔离约束"), cure)
    else:
        yield Finding("database.role", Level.OK, _("数据库账号受行级隔离约束"))


def replica() -> Iterator[Finding]:
    """Whether the standby, if one is named, can answer for what is known now; if not, the primary is read."""
    if replicas.is_set():
        why = replicas.fault()
        text = _("不可用，改读主库：%(why)s") % {"why": why} if why else _("备用库已跟上主库")
        cure = _("请检查备用库与流复制，以及 ZHUNSHENG_REPLICA_URL。") if why else ""
        yield Finding("database.replica", Level.WARN if why else Level.OK, text, cure)


def migrations() -> Iterator[Finding]:
    """Whether the tables are those of this version."""
    pending, newer = pending_migrations(), newer_migrations()
    if newer:
        text = _("更新的版本已应用 %(what)s") % {"what": "、".join(newer)}
        level, cure = Level.WARN, _("其他机器上的程序比本机新，请升级本机的程序。")
        yield Finding("database.newer", Level.FAIL if closed_to_us(newer) else level, text, cure)
    if pending:
        text = _("有 %(count)d 个迁移尚未应用") % {"count": len(pending)}
        cure = _("下一个需要数据库的命令会自动应用；也可先备份再运行。")
        yield Finding("database.migrations", Level.WARN, text, cure)
    else:
        yield Finding("database.migrations", Level.OK, _("全部已应用"))


def home() -> Iterator[Finding]:
    """Whether data can be written, and how much room there is."""
    try:
        settings.HOME.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=settings.HOME) as probe:
            probe.write(b"1")
    except OSError as error:
        cure = _("请更改目录权限，或用 --home 指定可写的目录。")
        yield Finding("home.writable", Level.FAIL, f"{settings.HOME}: {error.strerror}", cure)
        return
    yield Finding("home.writable", Level.OK, str(settings.HOME))
    free = shutil.disk_usage(settings.HOME).free
    level = Level.FAIL if free < FREE_BYTES_FAIL else Level.WARN if free < FREE_BYTES_WARN else Level.OK
    cure = "" if level is Level.OK else _("请清理磁盘或把数据目录移到更大的盘上。")
    yield Finding("home.free_disk", level, _("%(free).1f GB 可用") % {"free": free / 1024**3}, cure)


def packs() -> Iterator[Finding]:
    """Whether the yardsticks are there: without packs nothing can be judged."""
    count = sum(1 for _path in Path(settings.PACKS).rglob("*.yaml"))
    if count:
        yield Finding("packs", Level.OK, _("%(count)d 个文件") % {"count": count})
    else:
        cure = _("请用环境变量 ZHUNSHENG_PACKS 指向准绳的 packs 目录。")
        yield Finding("packs", Level.FAIL, _("%(place)s 中没有规则包") % {"place": settings.PACKS}, cure)


def rules() -> Iterator[Finding]:
    """Whether what is installed is what judges: `nation` and `lists` read the installed folder."""
    if pending_migrations() or not (Path(settings.PACKS) / GENERAL / "pack.yaml").is_file():
        return
    try:
        judging, installed = rules_at(now()).pack, open_library(settings.PACKS).pack
    except PackError as error:
        yield Finding("rules", Level.FAIL, str(error), _("请用 zhunsheng packs check 查看规则包。"))
        return
    if judging.content_hash == installed.content_hash:
        yield Finding("rules", Level.OK, f"{judging.version} {judging.content_hash[:12]}")
        return
    text = _("生效的是 %(judging)s，安装目录中的是 %(installed)s") % {
        "judging": f"{judging.version} {judging.content_hash[:12]}",
        "installed": f"{installed.version} {installed.content_hash[:12]}",
    }
    cure = _("nation 与 lists 命令读安装目录：请先用 zhunsheng packs write 写出生效版本，再用 --pack 指明。")
    yield Finding("rules", Level.WARN, text, cure)


def fonts() -> Iterator[Finding]:
    """Whether Chinese can be drawn here."""
    if has_chinese_font():
        yield Finding("fonts", Level.OK, _("有中文字体"))
    else:
        cure = _("请安装中文字体，例如 apt-get install fonts-noto-cjk。")
        yield Finding("fonts", Level.WARN, _("没有中文字体，本机显示的汉字会是方框"), cure)


def parts_of_facts() -> Iterator[Finding]:
    """Whether a whole part of the table of facts is free: without a part no fact is taken."""
    left = None if pending_migrations() else signals.room_for(viewer=Viewer.bureau("doctor"))
    if left is not None:
        text = _("还可存入 %(count)d 条事实") % {"count": left}
        late = left < settings.FACTS_A_PART
        cure = _("请以表所有者的数据库账号运行 zhunsheng dispatch，由它建立下一个分区。") if late else ""
        yield Finding("database.parts", Level.WARN if late else Level.OK, text, cure)


def waiting() -> Iterator[Finding]:
    """How long the oldest row, the oldest unjudged fact and the oldest unclear message have waited."""
    if pending_migrations():
        return
    at, viewer = now(), Viewer.bureau("doctor")
    oldest: dict[str, tuple[int, dt.datetime]] = {}
    for age in queues.ages(viewer=viewer, at=at):
        judged = age.topic != FACTS_RECORDED
        name = "unclear" if age.state in FOR_A_PERSON else "outbox" if judged else "facts"
        count, since = oldest.get(name, (0, age.since_at))
        oldest[name] = count + age.rows, min(since, age.since_at)
    cures = {
        "facts": _("事实尚未研判：请运行 zhunsheng dispatch，或查看它为何停下。"),
        "outbox": _("请运行 zhunsheng dispatch，或查看网关与它的地址设置。"),
        "unclear": _("请用 zhunsheng outbox list 查看，查明后用 zhunsheng outbox settle 处置。"),
    }
    for name, cure in cures.items():
        count, since = oldest.get(name, (0, at))
        hours = (at - since) / dt.timedelta(hours=1)
        text = _("%(count)d 件，最早的已等 %(hours).1f 小时") % {"count": count, "hours": hours}
        late = bool(count) and hours >= HOURS_WARN[name]
        yield Finding(f"waiting.{name}", Level.WARN if late else Level.OK, text, cure if late else "")
    strange = len(messages.strange_receipts(viewer=viewer))
    cure = _("网关报来了本系统没有发过的编号：请用 zhunsheng outbox strangers 查看。") if strange else ""
    text = _("%(count)d 条不认识的短信状态") % {"count": strange}
    yield Finding("waiting.strangers", Level.WARN if strange else Level.OK, text, cure)


CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    home,
    database_settings,
    database_role,
    replica,
    migrations,
    packs,
    rules,
    fonts,
    parts_of_facts,
    waiting,
)


def examine() -> list[Finding]:
    """Every check in turn; a database that cannot be reached is itself a finding."""
    findings: list[Finding] = []
    for check in CHECKS:
        try:
            findings += check()
        except DatabaseError as error:
            cure = _("请检查 DATABASE_URL、数据库服务与文件权限。")
            name = f"database.{check.__name__}"
            findings.append(Finding(name, Level.FAIL, str(error).strip().splitlines()[0], cure))
            with suppress(DatabaseError):
                connection.close()
    return findings
