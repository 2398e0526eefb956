"""Documents of a version with some of them replaced: a version is tried out without copying all of it."""

from __future__ import annotations

from collections.abc import Sequence

from zhunsheng.core.packs.lines import Named
from zhunsheng.core.packs.load import Document
from zhunsheng.core.packs.nodes import PackError

HEAD = "zhunsheng.pack/1"


def revised(documents: Sequence[Named], fresh: Sequence[Named]) -> list[Named]:
    """The documents with fresh ones in the place of those that are about the same; others are added.

    With a head (`zhunsheng.pack/1`) among them, the fresh documents are a version of their own.
    """
    if any(document.get("schema") == HEAD for _name, document in fresh):
        return list(fresh)
    places = {_about(name, document): n for n, (name, document) in enumerate(documents)}
    told = list(documents)
    for name, document in fresh:
        about = _about(name, document)
        if about in places:
            told[places[about]] = (told[places[about]][0], document)
        else:
            told.append((name, document))
    return told


def _about(name: str, document: Document) -> tuple[str, ...]:
    """What a document defines; contracts of facts by their file."""
    if "kinds" in document:
        return ("kinds", name)
    if "schema" not in document:
        raise PackError(name, "须写明 schema，如 zhunsheng.item/1")
    return tuple(str(document.get(key, "")) for key in ("schema", "model", "id"))
