"""Packs are read from disk whole or refused with the place and the cure."""

from __future__ import annotations

from pathlib import Path

import pytest

from zhunsheng.core.packs.nodes import PackError
from zhunsheng.engine import packfiles
from zhunsheng.engine.packfiles import current_pack, load_pack

HEAD = "schema: zhunsheng.pack/1\nid: p\nversion: '1'\nname_zh: 包\n"
KIND = "kinds:\n  SCAN: {name_zh: 扫码, sources: [scanner], fields: {ok: {type: FLAG, name_zh: 正常}}}\n"
ITEM = """schema: zhunsheng.item/1
id: T04
name_zh: 气瓶
field: CYLINDERS
points:
  - id: T04-1
    name_zh: 未扫码
    risk_zh: 未扫码
    yellow: {count: SCAN, where: {ok: false}, window: {days: 7}, at_least: 2}
"""


def write(folder: Path, **files: str) -> Path:
    for name, text in {"pack": HEAD, "kinds": KIND, "item": ITEM, **files}.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def test_a_folder_is_a_pack(tmp_path: Path) -> None:
    loaded = load_pack(write(tmp_path, messages="schema: zhunsheng.message/1\n"))
    assert [item.id for item in loaded.pack.items] == ["T04"]
    assert loaded.pack.sources == {"SCAN": "scanner"}
    assert loaded.contracts.get("SCAN") is not None


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"item": ITEM.replace("at_least: 2", "at_leest: 2")}, "item.yaml.points"),
        ({"item": ITEM + "id: T05\n"}, "键 id 写了两次"),
        ({"item": ITEM.replace(", window: {days: 7}", "")}, "没有写窗口"),
        ({"item": ITEM.replace("at_least: 2", "at_least: 2.5")}, "整数"),
        ({"more": KIND}, "重复声明"),
        ({"broken": "a: [1\n"}, "不是合格的 YAML"),
        ({"listed": "- 1\n"}, "键值对"),
        ({"pack": "schema: zhunsheng.other/1\n"}, "zhunsheng.pack/1"),
    ],
)
def test_a_faulty_folder_is_refused_with_the_place(tmp_path: Path, files: dict[str, str], told: str) -> None:
    with pytest.raises(PackError) as refused:
        load_pack(write(tmp_path, **files))
    assert told in str(refused.value)


def test_a_change_on_disk_is_seen_at_once_and_changes_the_hash(tmp_path: Path) -> None:
    write(tmp_path)
    before = current_pack(tmp_path)
    assert current_pack(tmp_path) is before
    write(tmp_path, item=ITEM.replace("at_least: 2", "at_least: 30"))
    after = current_pack(tmp_path)
    assert after.pack.content_hash != before.pack.content_hash


def test_every_change_on_disk_is_seen_at_once(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    file = tmp_path / "inner" / "a.yaml"
    seen = {packfiles.stamp(tmp_path)}
    for change in (
        lambda: file.write_text("a: 1\n"),
        lambda: file.write_text("a: 12\n"),
        lambda: (tmp_path / "inner" / "b.yaml").write_text("b: 1\n"),
        lambda: (tmp_path / "new").mkdir(),
        lambda: (tmp_path / "new" / "c.yaml").write_text("c: 1\n"),
        lambda: file.unlink(),
    ):
        change()
        seen.add(packfiles.stamp(tmp_path))
    assert len(seen) == 6, "an empty folder is no change; all others are"
