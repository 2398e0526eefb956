"""What every command says, and how: text for people, JSON for scripts, progress on standard error.

A command is written as::

    @click.command(help=_("……"))
    @reporting({"subjects": _("主体数")})
    def command(out: Output) -> ExitCode | None:
        with out.progress(_("研判"), total=count) as progress: ...
        out.line(_("共研判 %(n)d 家") % {"n": count})
        out.result({"subjects": count})

`reporting` adds `--json`, brings the database up to date, and holds the documented keys: a result
with other keys is an error here, so that the documentation cannot drift from the answer.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Timer
from typing import Any, Concatenate, ParamSpec

import click
from django.utils.translation import gettext as _
from rich import progress as bars
from rich.console import Console
from rich.table import Table

from zhunsheng.cli.database import ensure_database
from zhunsheng.cli.exit_codes import ExitCode

PROGRESS_AFTER_SECONDS = 2.0
P = ParamSpec("P")


class UndocumentedKeyError(AssertionError):
    """A command answered with keys that its documentation does not name."""


class Progress:
    """Counts the work; the bar itself appears on standard error only when two seconds have passed."""

    def __init__(self, label: str, total: int | None, after_seconds: float = PROGRESS_AFTER_SECONDS) -> None:
        self._bar = bars.Progress(
            bars.TextColumn("{task.description}"),
            bars.BarColumn(),
            bars.MofNCompleteColumn(),
            bars.TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        self._task = self._bar.add_task(label, total=total)
        self._timer = Timer(after_seconds, self._bar.start)
        self._timer.daemon = True

    def advance(self, count: int = 1) -> None:
        """So many more pieces are done."""
        self._bar.advance(self._task, count)

    def reach(self, done: int, total: int | None = None) -> None:
        """Exactly so many pieces are done; the total may have become known on the way."""
        self._bar.update(self._task, completed=done, total=total)

    def start(self) -> None:
        """Begin to wait; the bar shows later, if at all."""
        self._timer.start()

    def stop(self) -> None:
        """End the waiting; a bar that was shown stays as one line."""
        self._timer.cancel()
        self._timer.join()
        if self._bar.live.is_started:
            self._bar.stop()


class Output:
    """The voice of one command run. In JSON mode nothing but the result reaches standard output."""

    def __init__(self, *, as_json: bool, keys: Mapping[str, str]) -> None:
        self.as_json = as_json
        self._keys = keys

    def line(self, text: str = "") -> None:
        """One line for people."""
        if not self.as_json:
            click.echo(text)

    def note(self, text: str) -> None:
        """Something worth knowing that is not part of the answer: standard error, in both modes."""
        click.echo(text, err=True)

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "") -> None:
        """A table for people; wide characters are aligned."""
        if self.as_json:
            return
        table = Table(title=title or None, title_justify="left")
        for name in columns:
            table.add_column(name)
        for row in rows:
            table.add_row(*(str(cell) for cell in row))
        Console().print(table, markup=False)

    def result(self, answer: Mapping[str, object]) -> None:
        """The answer for scripts: one JSON object, printed only with --json."""
        self._check(answer)
        if self.as_json:
            click.echo(_dumps(answer))

    def records(self, answers: Iterable[Mapping[str, object]]) -> int:
        """The answer for scripts as a JSON array, one object a line, as it comes; returns the count."""
        count = 0
        for answer in answers:
            self._check(answer)
            if self.as_json:
                click.echo(("[\n" if count == 0 else ",\n") + _dumps(answer), nl=False)
            count += 1
        if self.as_json:
            click.echo("\n]" if count else "[]")
        return count

    @contextmanager
    def progress(self, label: str, total: int | None = None) -> Iterator[Progress]:
        """A bar on standard error if the work takes longer than two seconds."""
        progress = Progress(label, total)
        progress.start()
        try:
            yield progress
        finally:
            progress.stop()

    def _check(self, answer: Mapping[str, object]) -> None:
        if set(answer) != set(self._keys):
            raise UndocumentedKeyError(
                f"`reporting` documents {sorted(self._keys)}, the answer has {sorted(answer)}"
            )


def _dumps(answer: Mapping[str, object]) -> str:
    return json.dumps(answer, ensure_ascii=False, default=str)


def reporting(
    keys: Mapping[str, str], *, database: bool = True
) -> Callable[[Callable[Concatenate[Output, P], ExitCode | None]], Callable[P, None]]:
    """Give a command `--json` with these documented keys, an up-to-date database and its exit code.

    `database=False` is for commands that must run where the database does not, such as `doctor`.
    """

    def decorate(function: Callable[Concatenate[Output, P], ExitCode | None]) -> Callable[P, None]:
        @functools.wraps(function)
        def run(*args: P.args, **options: P.kwargs) -> None:
            as_json = bool(options.pop("as_json"))
            if database:
                ensure_database()
            code = function(Output(as_json=as_json, keys=keys), *args, **options)
            if code:
                click.get_current_context().exit(int(code))

        described: Any = run
        described.__json_keys__ = keys
        return click.option("--json", "as_json", is_flag=True, help=_("以 JSON 回答，供程序读取。"))(run)

    return decorate


def json_keys(command: click.Command) -> Mapping[str, str]:
    """The documented keys of a command's JSON answer; empty for a group."""
    keys: Mapping[str, str] = getattr(command.callback, "__json_keys__", {})
    return keys
