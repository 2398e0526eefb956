"""Translations: collect the Chinese texts of every part, keep its English catalogue in step, compile it.

`python -m tools.messages update|check|compile`. Chinese is the source language: the text in the
code or in a template is the key. A part is a top-level package or one portal, found by looking; its
English stands in `<part>/locale/en/LC_MESSAGES/django.po`, so that two people rarely meet in one file.
"""

from __future__ import annotations

import io
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "zhunsheng"
BY_AUDIENCE = "portals"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
HEADER = (
    b'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Language: en\\n"\n'
    b'"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
)


@dataclass(frozen=True)
class Part:
    """A folder with texts of its own and, beside them, their English."""

    folder: Path

    @property
    def english_file(self) -> Path:
        """Where its English stands."""
        return self.folder / "locale" / "en" / "LC_MESSAGES" / "django.po"

    def collected(self) -> Catalog:
        """Every translatable text of its Python source and templates, with the files in which it stands."""
        catalog = _empty()
        for name, _line, message, _comments, context in extract_from_dir(
            str(self.folder),
            method_map=[
                ("**.py", "python"),
                ("**/templates/**.html", "tools.messages:extract_template"),
                ("**/templates/**.txt", "tools.messages:extract_template"),
            ],
            keywords=KEYWORDS,
        ):
            # line numbers would make every edit of a file an edit of the catalogue
            catalog.add(message, locations=[(name, None)], context=context)  # type: ignore[list-item]
        return catalog

    def english(self) -> Catalog:
        """Its catalogue as it stands in the repository."""
        if not self.english_file.exists():
            return _empty()
        with self.english_file.open("rb") as handle:
            return read_po(handle, locale="en")

    def merged(self) -> bytes:
        """Its catalogue as it should stand: all texts, translations kept, nothing obsolete; empty if no text.

        A text that another part has translated already brings that English with it.
        """
        catalog = self.collected()
        if not [message for message in catalog if message.id]:
            return b""
        known = [self.english(), *(part.english() for part in parts(self.source) if part != self)]
        for message in catalog:
            if message.id:
                found = (english.get(message.id, message.context) for english in known)
                message.string = next((old.string for old in found if old and old.string), message.string)
        target = io.BytesIO()
        write_po(target, catalog, width=110, sort_output=True, omit_header=True, include_lineno=False)
        return HEADER + target.getvalue()

    @property
    def source(self) -> Path:
        """The package whose part this is."""
        return self.folder.parent.parent if self.folder.parent.name == BY_AUDIENCE else self.folder.parent


def _empty() -> Catalog:
    return Catalog(locale="en", charset="utf-8", fuzzy=False)


def extract_template(
    source: io.BytesIO, keywords: Any, comment_tags: Any, options: Any
) -> Iterator[tuple[Any, ...]]:
    """Babel's reader for Django templates: Django itself turns the tags into calls of gettext."""
    if not settings.configured:
        settings.configure()
    turned = templatize(source.read().decode())
    yield from extract_python(io.BytesIO(turned.encode()), keywords, comment_tags, options)


def parts(source: Path | None = None) -> list[Part]:
    """Every part: top-level packages, and each portal for itself."""
    folders = sorted(folder.parent for folder in (source or SOURCE).glob("*/__init__.py"))
    found = [Part(folder) for folder in folders if folder.name != BY_AUDIENCE]
    audiences = sorted((source or SOURCE).glob(f"{BY_AUDIENCE}/*/__init__.py"))
    return found + [Part(marker.parent) for marker in audiences]


def untranslated() -> list[str]:
    """Texts of the source that have no English."""
    lacking = []
    for part in parts():
        known = part.english()
        for message in part.collected():
            if not message.id:
                continue
            found = known.get(message.id, message.context)
            text = found.string if found else ""
            if not (all(text) if isinstance(text, tuple | list) else text):
                lacking.append(message.id if isinstance(message.id, str) else message.id[0])
    return lacking


def contradicting() -> list[str]:
    """Texts that two parts translate differently: Django shows one of the two, whichever it read last."""
    told: dict[Any, set[Any]] = defaultdict(set)
    for part in parts():
        for message in part.english():
            if message.id and message.string:
                string = message.string
                told[message.id, message.context].add(string if isinstance(string, str) else tuple(string))
    return sorted(str(key) for key, strings in told.items() if len(strings) > 1)


def out_of_step() -> list[Path]:
    """Catalogues in the repository that are not what `update` would write."""
    told = []
    for part in parts():
        standing = part.english_file.read_bytes() if part.english_file.exists() else b""
        if standing != part.merged():
            told.append(part.english_file)
    return told


def update() -> None:
    """Bring every catalogue in step; a part without a text has none."""
    for part, text in [(part, part.merged()) for part in parts()]:
        if text:
            part.english_file.parent.mkdir(parents=True, exist_ok=True)
            part.english_file.write_bytes(text)
        else:
            part.english_file.unlink(missing_ok=True)


def compile_catalogs() -> None:
    """Write the binary catalogue beside every .po that is newer than it."""
    for part in parts():
        text, binary = part.english_file, part.english_file.with_suffix(".mo")
        if not text.exists():
            continue
        if binary.exists() and binary.stat().st_mtime >= text.stat().st_mtime:
            continue
        partial = binary.with_suffix(".mo.part")
        with partial.open("wb") as target:
            write_mo(target, part.english())
        partial.replace(binary)


def main() -> int:
    """update: bring the catalogues in step; check: say what is missing; compile: write the .mo files."""
    task = sys.argv[1] if len(sys.argv) == 2 else ""
    if task == "update":
        update()
    elif task == "compile":
        compile_catalogs()
    elif task == "check":
        for text in untranslated():
            print(f"no English for: {text}")
        for text in contradicting():
            print(f"two kinds of English for: {text}")
        return 1 if out_of_step() or untranslated() or contradicting() else 0
    else:
        print("usage: python -m tools.messages update|check|compile", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
