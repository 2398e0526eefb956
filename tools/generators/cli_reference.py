"""docs/reference/cli.md and cli.zh-CN.md: every command, its options, its JSON keys, the exit codes."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

from zhunsheng.cli import main
from zhunsheng.cli.exit_codes import meanings
from zhunsheng.cli.output import json_keys

ROOT = Path(__file__).resolve().parent.parent.parent
WIDTH = 100
PAGES = {"docs/reference/cli.md": "en_US.UTF-8", "docs/reference/cli.zh-CN.md": "zh_CN.UTF-8"}
WORDS = {
    "en_US.UTF-8": ("Command line", "Exit codes", "JSON keys", "Written by `make docs`; do not edit."),
    "zh_CN.UTF-8": ("命令行", "退出码", "JSON 键", "由 `make docs` 生成，请勿手改。"),
}


def within(command: click.Command, name: str, parent: click.Context | None) -> click.Context:
    """A context whose help is always equally wide."""
    return click.Context(
        command, info_name=name, parent=parent, max_content_width=WIDTH, terminal_width=WIDTH
    )


def every_command(context: click.Context) -> Iterator[click.Context]:
    """A command and all below it, depth first."""
    yield context
    command = context.command
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None and not below.hidden:
                yield from every_command(within(below, name, context))


def page(locale: str) -> str:
    """The whole page; the language is the one that this process speaks."""
    title, exit_codes, keys_title, notice = WORDS[locale]
    parts = [f"# {title}", notice]
    for context in every_command(within(main.main, "zhunsheng", None)):
        text = context.command.get_help(context).rstrip()
        parts += [f"## `{context.command_path}`", f"```text\n{text}\n```"]
        keys = json_keys(context.command)
        if keys:
            parts.append(f"{keys_title}:\n\n" + "\n".join(f"- `{key}`: {text}" for key, text in keys.items()))
    codes = "\n".join(f"- `{int(code)}` {text}" for code, text in meanings().items())
    parts += [f"## {exit_codes}", codes]
    return "\n\n".join(parts) + "\n"


def pages() -> dict[str, str]:
    """Both languages; each in a process of its own, because a process speaks one language."""
    found = {}
    for path, locale in PAGES.items():
        with tempfile.TemporaryDirectory() as home:
            environment = {**os.environ, "LC_ALL": locale, "ZHUNSHENG_HOME": home, "COLUMNS": str(WIDTH)}
            environment.pop("DATABASE_URL", None)
            done = subprocess.run(
                [sys.executable, "-m", "tools.generators.cli_reference", locale],
                capture_output=True,
                text=True,
                check=False,
                env=environment,
                cwd=ROOT,
            )
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        found[path] = done.stdout
    return found


if __name__ == "__main__":
    sys.stdout.write(page(sys.argv[1]))
