"""What a script may rely on: the exit codes of every command."""

from __future__ import annotations

from enum import IntEnum

import click


class ExitCode(IntEnum):
    """The same five meanings for every command (docs/reference/cli.md)."""

    OK = 0
    """Done, nothing to report."""
    FOUND = 1
    """Done, and something was found: a mismatch, a failed check, a faulty pack."""
    USAGE = 2
    """The command line itself is wrong; nothing was done."""
    PARTLY_REFUSED = 3
    """The good part of the input was kept; some rows were refused, each with its reason."""
    CANNOT_RUN = 4
    """The surroundings do not allow it: file, folder, database, address or configuration."""


class CannotRunError(click.ClickException):
    """The command cannot do its work here; the message says why and what to do about it."""

    exit_code = ExitCode.CANNOT_RUN
