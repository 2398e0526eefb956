"""Pages written by a generator are what the generator would write now."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import generators, make_docs

ROOT = make_docs.ROOT


def test_generated_pages_are_in_step() -> None:
    stale = [
        path
        for path, text in make_docs.generated_pages().items()
        if not (ROOT / path).exists() or (ROOT / path).read_text(encoding="utf-8") != text
    ]
    assert stale == [], "run: make docs"


def test_generators_are_found_by_looking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "seeded.py").write_text("def pages():\n    return {'docs/reference/seeded.md': 'x'}\n")
    monkeypatch.setattr(generators, "__path__", [str(tmp_path)])
    assert make_docs.generated_pages() == {"docs/reference/seeded.md": "x"}


def test_two_generators_of_one_page_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("seeded_a", "seeded_b"):
        (tmp_path / f"{name}.py").write_text("def pages():\n    return {'docs/reference/seeded.md': 'x'}\n")
    monkeypatch.setattr(generators, "__path__", [str(tmp_path)])
    with pytest.raises(ValueError, match="two generators"):
        make_docs.generated_pages()
