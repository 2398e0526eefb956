"""`make docs`: write every generated page and bring the English catalogues in step."""

from __future__ import annotations

import pkgutil
import sys
from importlib import import_module
from pathlib import Path

from tools import generators, messages

ROOT = Path(__file__).resolve().parent.parent


def generated_pages() -> dict[str, str]:
    """Path and text of every page that a generator writes."""
    found: dict[str, str] = {}
    for module in pkgutil.iter_modules(generators.__path__):
        for path, text in import_module(f"{generators.__name__}.{module.name}").pages().items():
            if path in found:
                raise ValueError(f"two generators write {path}")
            found[path] = text
    return found


def main() -> int:
    """Write what differs and say so."""
    messages.update()
    for text in messages.untranslated():
        print(f"no English yet for: {text}")
    messages.compile_catalogs()
    for path, text in generated_pages().items():
        target = ROOT / path
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
            print(f"wrote {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
