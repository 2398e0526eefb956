"""The contenders of the measurements give one answer; what they cost is nobody's test."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.city import write_city
from benchmarks.duck import duck
from benchmarks.frames import polars
from benchmarks.kernel import kernel
from benchmarks.replaying import duck as duck_windows
from benchmarks.replaying import touched_rows


@pytest.mark.slow
def test_contenders_agree(tmp_path: Path) -> None:
    assert write_city(tmp_path, 1_500) > 10_000
    ours, others = kernel(tmp_path), [duck(tmp_path), polars(tmp_path)]
    assert others[0] == others[1]
    assert ours["touched"] == others[0]["touched"]
    assert ours["scores"] == others[0]["scores"]


def test_replay_shows_what_range_windows_show_at_every_fact(tmp_path: Path) -> None:
    write_city(tmp_path, 200)
    assert duck_windows(tmp_path)["touched"] == touched_rows(200) > 10
