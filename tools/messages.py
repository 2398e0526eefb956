"""Translations: collect the Chinese texts from the source, keep the English catalogue in step, compile it.

`python -m tools.messages update|check|compile`. Chinese is the source language: the text in the
code is the key, `src/zhunsheng/locale/en/LC_MESSAGES/django.po` holds the English.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "zhunsheng"
LOCALE = SOURCE / "locale"
ENGLISH = LOCALE / "en" / "LC_MESSAGES" / "django.po"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
}


def collected(source: Path = SOURCE) -> Catalog:
    """Every translatable text of the Python source, with the files in which it stands."""
    catalog = Catalog(locale="en", charset="utf-8", fuzzy=False)
    for name, line, message, _comments, context in extract_from_dir(
        str(source), method_map=[("**/tests/**", "ignore"), ("**.py", "python")], keywords=KEYWORDS
    ):
        del line  # line numbers would make every edit of a file an edit of the catalogue
        catalog.add(message, locations=[(name, None)], context=context)
    return catalog


def english() -> Catalog:
    """The catalogue as it stands in the repository."""
    if not ENGLISH.exists():
        return Catalog(locale="en", charset="utf-8", fuzzy=False)
    with ENGLISH.open("rb") as handle:
        return read_po(handle, locale="en")


def merged() -> bytes:
    """The English catalogue as it should stand: all collected texts, translations kept, nothing obsolete."""
    catalog, known = collected(), english()
    for message in catalog:
        if message.id and (old := known.get(message.id, message.context)):
            message.string = old.string
    target = io.BytesIO()
    write_po(target, catalog, width=110, sort_output=True, omit_header=True, include_lineno=False)
    header = b'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Language: en\\n"\n'
    header += b'"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    return header + target.getvalue()


def untranslated() -> list[str]:
    """Texts of the source that have no English."""
    known = english()
    lacking = []
    for message in collected():
        if not message.id:
            continue
        found = known.get(message.id, message.context)
        text = found.string if found else ""
        if not (all(text) if isinstance(text, tuple | list) else text):
            lacking.append(message.id if isinstance(message.id, str) else message.id[0])
    return lacking


def in_step() -> bool:
    """Whether the catalogue in the repository is what `update` would write."""
    return ENGLISH.exists() and ENGLISH.read_bytes() == merged()


def compile_catalogs() -> None:
    """Write the binary catalogue beside every .po that is newer than it."""
    for text in LOCALE.rglob("*.po"):
        binary = text.with_suffix(".mo")
        if binary.exists() and binary.stat().st_mtime >= text.stat().st_mtime:
            continue
        with text.open("rb") as source:
            catalog = read_po(source, locale=text.parent.parent.name)
        partial = binary.with_suffix(".mo.part")
        with partial.open("wb") as target:
            write_mo(target, catalog)
        partial.replace(binary)


def main() -> int:
    """update: bring the catalogue in step; check: say what is missing; compile: write the .mo."""
    task = sys.argv[1] if len(sys.argv) == 2 else ""
    if task == "update":
        ENGLISH.parent.mkdir(parents=True, exist_ok=True)
        ENGLISH.write_bytes(merged())
    elif task == "compile":
        compile_catalogs()
    elif task == "check":
        for text in untranslated():
            print(f"no English for: {text}")
        return 0 if in_step() and not untranslated() else 1
    else:
        print("usage: python -m tools.messages update|check|compile", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
