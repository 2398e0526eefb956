"""The recipes of CONTRIBUTING.md work as printed: new files are found, no other file is touched."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tools.bootstrap import ROOT
from zhunsheng.core.packs.nodes import PackError
from zhunsheng.engine import packfiles

RECIPES = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def example(title: str) -> str:
    found = re.search(rf"### {title}\n.*?```yaml\n(.*?)```", RECIPES, re.DOTALL)
    assert found, f"CONTRIBUTING.md has no example under {title}"
    return found.group(1)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "packs" / "general", tmp_path / "general"))


def test_a_source_and_an_indicator_are_one_file_each(pack: Path) -> None:
    (pack / "contracts" / "noise.yaml").write_text(example("Add a signal source"), encoding="utf-8")
    (pack / "indicators" / "I99-noise.yaml").write_text(example("Add an indicator"), encoding="utf-8")
    loaded = packfiles.load_pack(pack)
    assert "I99" in str(loaded)
    assert "NOISE_MEASUREMENT" in str(loaded)


def test_a_slip_in_a_recipe_is_refused_with_its_file(pack: Path) -> None:
    text = example("Add an indicator").replace("bins:", "binns:")
    (pack / "indicators" / "I99-noise.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(PackError, match="I99-noise"):
        packfiles.load_pack(pack)
