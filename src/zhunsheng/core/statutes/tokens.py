"""What a text is searched by: pairs of neighbouring characters, whole numbers and Latin words."""

from __future__ import annotations

import re
from collections.abc import Iterator

RUN = re.compile(r"[一-鿿]+|[a-z0-9]+")
EMPTY = frozenset("的了吗呢吧啊么")


def tokens(text: str) -> Iterator[str]:
    """Tokens in order; a lone Chinese character is a token of its own. Particles join nothing."""
    for run in RUN.findall(text.lower()):
        if run.isascii():
            yield run
            continue
        for part in re.split("[" + "".join(EMPTY) + "]", run):
            if len(part) == 1:
                yield part
            yield from (part[i : i + 2] for i in range(len(part) - 1))
