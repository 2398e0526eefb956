"""The `zhunsheng` command: finds its subcommands by looking into `zhunsheng/cli/commands`.

A command module is imported only after `--home` is known and Django stands, so it may import
queries and actions at its top. One file is one command: it exposes `command`.
"""

from __future__ import annotations

import os
import pkgutil
from importlib import import_module
from pathlib import Path

import click
import django
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import translation
from django.utils.translation import gettext as _

from zhunsheng.cli import commands
from zhunsheng.cli.exit_codes import CannotRunError
from zhunsheng.cli.language import language_of


def prepare() -> None:
    """Load settings and models once, speak the shell's language; faulty configuration ends in a sentence."""
    if not apps.ready:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhunsheng.config.settings")
        try:
            django.setup()
        except (ImproperlyConfigured, OSError, ValueError) as error:
            # The language is part of what failed to load, so both are said.
            raise CannotRunError(f"配置有误，无法启动 (cannot start): {error}") from error
    translation.activate(language_of(os.environ))


def _use_home(_context: click.Context, _option: click.Parameter, folder: Path | None) -> Path | None:
    """Take effect before settings load; once they have, another home would silently be ignored."""
    if folder is None:
        return None
    home = folder.expanduser().resolve()
    if settings.configured and apps.ready and home != settings.HOME:
        raise click.UsageError(f"--home {home}: {settings.HOME} 已在使用 (already in use)")
    os.environ["ZHUNSHENG_HOME"] = str(home)
    return home


class Commands(click.Group):
    """Subcommands by folder; a module `import_data.py` or `import_.py` would be `import-data`, `import`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every module of the folder, by name."""
        return sorted(
            module.name.strip("_").replace("_", "-") for module in pkgutil.iter_modules(commands.__path__)
        )

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of that name and return its `command`."""
        for module in pkgutil.iter_modules(commands.__path__):
            if module.name.strip("_").replace("_", "-") == cmd_name:
                prepare()
                found = import_module(f"{commands.__name__}.{module.name}").command
                if not isinstance(found, click.Command):
                    raise TypeError(f"{module.name}.command 不是 click 命令")
                return found
        return None

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Help in the language of the shell, which is known only now."""
        prepare()
        self.help = _("准绳：以事实为根据，以法律为准绳。每个命令都有 --help 与 --json。")
        for parameter in self.get_params(ctx):
            if isinstance(parameter, click.Option) and parameter.name == "home":
                parameter.help = _("数据所在目录；也可用环境变量 ZHUNSHENG_HOME。")
        super().format_help(ctx, formatter)


@click.group(cls=Commands)
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="ZHUNSHENG_HOME",
    is_eager=True,
    expose_value=False,
    callback=_use_home,
)
def main() -> None:
    """准绳：以事实为根据，以法律为准绳。"""
