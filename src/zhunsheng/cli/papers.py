"""What the document commands share: values from a file or the line, people, refusals."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import yaml
from django.utils.translation import gettext as _

from zhunsheng.cli.exit_codes import CannotRunError
from zhunsheng.cli.people import VIEWER, officer
from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.deadlines.regimes import UnknownClockError
from zhunsheng.core.documents.catalogue import UnknownTemplateError
from zhunsheng.core.documents.composing import IncompleteError
from zhunsheng.core.documents.fields import FieldError
from zhunsheng.core.documents.service import ServiceRuleError
from zhunsheng.core.packs.nodes import PackError
from zhunsheng.foundation.documents.lifecycle import DocumentStepError
from zhunsheng.foundation.documents.queries import documents
from zhunsheng.foundation.documents.rendering.pdf import RenderError

REFUSALS = (
    *(DocumentStepError, FieldError, IncompleteError, PackError, RenderError, ServiceRuleError),
    *(UnknownClockError, UnknownTemplateError),
)
VALUES = click.option(
    "--values",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=_("字段值的 YAML 文件；zhunsheng documents sample 给出样例。"),
)
SET = click.option("--set", "pairs", multiple=True, metavar="FIELD=VALUE", help=_("单个字段的值，可多次写。"))


def writer(by: str, power: str, *numbers: int) -> Actor:
    """Somebody with this permission to whom these documents, where there are such, are open."""
    there = [number for number in numbers if documents.document(viewer=VIEWER, document_id=number)]

    def opens(viewer: Viewer) -> bool:
        return all(documents.document(viewer=viewer, document_id=number) for number in there)

    return officer(by, power, opens)


@contextmanager
def refusals() -> Iterator[None]:
    """What the house refuses ends in its own sentence."""
    try:
        yield
    except REFUSALS as error:
        raise CannotRunError(str(error)) from error


def values_of(file: Path | None, pairs: tuple[str, ...]) -> dict[str, Any]:
    """Values of fields from a YAML file, single ones from the line over them."""
    told: dict[str, Any] = {}
    if file is not None:
        try:
            read = yaml.safe_load(file.read_text(encoding="utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise click.UsageError(f"{file}: {error}") from error
        if not isinstance(read, dict):
            raise click.UsageError(_("%(file)s 最外层应是字段与值") % {"file": file})
        told |= read
    for pair in pairs:
        name, separator, text = pair.partition("=")
        if not separator:
            raise click.UsageError(_("%(pair)s 应写成 字段=值") % {"pair": pair})
        told[name] = yaml.safe_load(text)
    return told
