"""The catalogue: every kind of document a bureau knows, its organs, how it serves, what must go together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from zhunsheng.core.documents.service import BundleRule, ServiceRules, read_bundles, read_services
from zhunsheng.core.documents.template import ENTRIES, TEMPLATE, Template, read_template
from zhunsheng.core.packs.nodes import PackError, only_keys

ORGANS, SERVICES, BUNDLES = "zhunsheng.organs/1", "zhunsheng.services/1", "zhunsheng.bundles/1"


class UnknownTemplateError(LookupError):
    """No document of this kind in the catalogue."""


@dataclass(frozen=True, slots=True)
class Organ:
    """Who issues: `code` is its short form in numbers. An empty name stands for the bureau itself."""

    key: str
    code: str
    name_zh: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything documents are made with, as it stands on disk. `entries` are those without wording."""

    templates: Mapping[str, Template]
    entries: Mapping[str, Template]
    organs: Mapping[str, Organ]
    serial_format: str
    missing_text_zh: str
    services: ServiceRules
    bundles: tuple[BundleRule, ...]

    def template(self, kind: str) -> Template:
        """The template of a kind; UnknownTemplateError with those that look like it."""
        if kind in self.templates:
            return self.templates[kind]
        near = [name for name in self.templates if name.startswith(kind[:4])]
        raise UnknownTemplateError(f"没有文书 {kind}；相近的有：{'、'.join(near) or '无'}")

    def serial(self, organ: str, serial_type: str, year: int, number: int) -> str:
        """A number as it is written: organ, type, year, running number."""
        code = self.organs[organ].code
        return self.serial_format.format(organ=code, type=serial_type, year=year, number=number)


def read_catalogue(documents: Iterable[tuple[str, Mapping[str, Any]]]) -> Catalogue:
    """From (path, document) pairs. An entry without wording gives way to a template of the same id."""
    worded: dict[str, Template] = {}
    entries: dict[str, Template] = {}
    organs: dict[str, Organ] = {}
    serial_format, missing, services = "", "", ServiceRules({}, ())
    bundles: tuple[BundleRule, ...] = ()
    for where, document in documents:
        match document.get("schema"):
            case str(schema) if schema == TEMPLATE:
                _keep(worded, read_template(document, where), where)
            case str(schema) if schema == ENTRIES:
                only_keys(document, {"schema", "entries", "status", "source"}, where)
                for body in document["entries"]:
                    _keep(entries, read_template(body, where), where)
            case str(schema) if schema == ORGANS:
                only_keys(document, {"schema", "organs", "serial_format", "missing_text_zh"}, where)
                organs = {str(o["key"]): _organ(o, where) for o in document["organs"]}
                serial_format, missing = str(document["serial_format"]), str(document["missing_text_zh"])
            case str(schema) if schema == SERVICES:
                services = read_services(document, where)
            case str(schema) if schema == BUNDLES:
                bundles = read_bundles(document, where)
            case other:
                raise PackError(where, f"不认识的 schema {other!r}")
    return Catalogue(entries | worded, entries, organs, serial_format, missing, services, bundles)


def _keep(found: dict[str, Template], told: Template, where: str) -> None:
    if told.id in found:
        raise PackError(where, f"文书 {told.id} 写了两次")
    found[told.id] = told


def _organ(body: Mapping[str, Any], where: str) -> Organ:
    only_keys(body, {"key", "code", "name_zh"}, where)
    return Organ(str(body["key"]), str(body["code"]), str(body.get("name_zh", "")))
