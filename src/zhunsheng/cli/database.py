"""The database of this home is brought up to date before the first command that needs it."""

from __future__ import annotations

import fcntl
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from zhunsheng.cli.exit_codes import CannotRunError
from zhunsheng.core.generation import GENERATION

CONTRACT = re.compile(r"_contract_g(\d+)")
MIGRATING_LOCK = 7_350_232


def pending_migrations() -> list[str]:
    """Names of the migrations that this database still lacks, in the order in which they would run."""
    return _pending(MigrationExecutor(connection))


def newer_migrations() -> list[str]:
    """Names of the migrations that a newer version of the program has applied to this database."""
    return _newer(MigrationExecutor(connection))


def _pending(executor: MigrationExecutor) -> list[str]:
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def _newer(executor: MigrationExecutor) -> list[str]:
    loader = executor.loader
    unknown = [key for key in loader.applied_migrations if key not in loader.disk_migrations]
    return sorted(f"{app}.{name}" for app, name in unknown if app in loader.migrated_apps)


def closed_to_us(newer: list[str]) -> list[str]:
    """Those of newer migrations that took away what this version needs."""
    told = ((name, CONTRACT.search(name)) for name in newer)
    return [name for name, found in told if found is not None and int(found[1]) > GENERATION]


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Two commands started at once, here or on another machine, must not both create the tables."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "migrate.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if connection.vendor != "postgresql":
            yield
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATING_LOCK])
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATING_LOCK])


def ensure_database() -> None:
    """Apply missing migrations and say so on standard error; a database out of reach ends in one sentence.

    One that a newer version has migrated is used as long as that version left in place what this one needs.
    """
    try:
        executor = MigrationExecutor(connection)
        if closed := closed_to_us(_newer(executor)):
            message = _("数据库已由更新的版本迁移（%(what)s），本版本不能再用，请升级程序。")
            raise CannotRunError(message % {"what": "、".join(closed)})
        if not _pending(executor):
            return
        with _only_one(settings.HOME):
            pending = pending_migrations()
            if pending:
                place = connection.settings_dict["NAME"]
                message = _("正在准备数据库 %(place)s（%(count)d 步）……")
                click.echo(message % {"place": place, "count": len(pending)}, err=True)
                call_command("migrate", interactive=False, verbosity=0)
                click.echo(_("数据库已就绪。"), err=True)
    except (DatabaseError, OSError) as error:
        message = _("数据库无法使用：%(error)s。请运行 zhunsheng doctor 查看原因。")
        raise CannotRunError(message % {"error": str(error).strip()}) from error
