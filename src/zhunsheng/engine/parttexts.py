"""The text of one definition: read as untrusted YAML, written out, and where in it a place stands."""

from __future__ import annotations

from typing import Any

import yaml

from zhunsheng.core.packs.load import Document
from zhunsheng.core.packs.nodes import PackError
from zhunsheng.engine.packfiles import plain_document

TEXT_BYTES_MAX = 100_000
DEPTH_MAX = 40
WIDTH = 110
OPENS = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
CLOSES = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


class MisreadError(ValueError):
    """A text that is no definition: in which line (from 1, 0 for none), why, and what to do."""

    def __init__(self, line: int, text_zh: str, cure_zh: str = "") -> None:
        super().__init__(text_zh)
        self.line, self.text_zh, self.cure_zh = line, text_zh, cure_zh


def read_part(text: str) -> dict[str, Any]:
    """The definition that a text says; MisreadError when it says none. Nothing of it is executed."""
    content = text.encode(errors="replace")
    if len(content) > TEXT_BYTES_MAX:
        raise MisreadError(0, f"超过 {TEXT_BYTES_MAX} 字节", "一条规则不需要这么长，请分开写")
    try:
        _refuse_depth(text)
        return plain_document("YAML", content)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise MisreadError(
            mark.line + 1 if mark else 0, f"不是合格的 YAML：{error.problem or error}"
        ) from error
    except yaml.YAMLError as error:
        raise MisreadError(0, f"不是合格的 YAML：{error}") from error
    except PackError as error:
        raise MisreadError(_line_in(error.path), error.message_zh) from error


def _refuse_depth(text: str) -> None:
    """Whatever is read part in part in part is refused before anything is made of it."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 0
        depth += isinstance(event, OPENS) - isinstance(event, CLOSES)
        if depth > DEPTH_MAX:
            raise MisreadError(line, f"嵌套超过 {DEPTH_MAX} 层", "请写得浅一些")
        if isinstance(event, yaml.AliasEvent):
            raise MisreadError(line, "请不用别名（*）", "把内容照写一遍")


def _line_in(path: str) -> int:
    parts = path.split(":")
    return int(parts[-2]) if len(parts) > 2 and parts[-2].isdigit() else 0


def written(node: Document) -> str:
    """The definition as text, in its order, small parts on one line each; without comments."""
    return yaml.safe_dump(
        dict(node), allow_unicode=True, sort_keys=False, default_flow_style=None, width=WIDTH
    )


def line_of(text: str, place: str) -> int:
    """The line (from 1) at which a place stands, or the nearest part above it that is there."""
    node = yaml.compose(text, Loader=yaml.CSafeLoader)
    line, steps = 1, place.split(".") if place else []
    while steps and node is not None:
        found = _inner(node, steps)
        if found is None:
            break
        line, node, steps = found
    return line


def _inner(node: yaml.Node, steps: list[str]) -> tuple[int, yaml.Node, list[str]] | None:
    if isinstance(node, yaml.SequenceNode):
        known = steps[0].isdigit() and int(steps[0]) < len(node.value)
        inner = node.value[int(steps[0])] if known else None
        return (inner.start_mark.line + 1, inner, steps[1:]) if inner is not None else None
    if isinstance(node, yaml.MappingNode):
        for taken in range(1, len(steps) + 1):
            for key, inner in node.value:
                if key.value == ".".join(steps[:taken]):
                    return key.start_mark.line + 1, inner, steps[taken:]
    return None


def comments_in(text: str) -> list[str]:
    """The comments of a text that can be read: what stands between its signs and begins with #."""
    told: list[str] = []
    end = 0
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        between = text[end : token.start_mark.index]
        told += [line[line.index("#") :].strip() for line in between.splitlines() if "#" in line]
        end = max(end, token.end_mark.index)
    return told
