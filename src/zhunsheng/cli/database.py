"""The database of this home is brought up to date before the first command that needs it."""

from __future__ import annotations

import fcntl
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


def pending_migrations() -> list[str]:
    """Names of the migrations that this database still lacks, in the order in which they would run."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Two commands started at once must not both create the tables."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "migrate.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def ensure_database() -> None:
    """Apply missing migrations and say so on standard error; a database out of reach ends in one sentence."""
    try:
        if not pending_migrations():
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
