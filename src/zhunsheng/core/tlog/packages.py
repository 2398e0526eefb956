"""What an evidence package says of itself: a signed list of its files, each with length and digests.

The list is a signed note, so that every byte of every file hangs on one signature.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from zhunsheng.core.tlog.checkpoints import decimal
from zhunsheng.core.tlog.leaves import sm3
from zhunsheng.core.tlog.notes import NoteError

HEADER = "zhunsheng evidence package/1"
MANIFEST, KEYS = "manifest", "keys"
FILES_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Listed:
    """One file of a package."""

    path: str
    size_bytes: int
    sha256: str
    sm3: str

    @property
    def line(self) -> str:
        """As it stands in the list."""
        return f"file {self.sha256} {self.sm3} {self.size_bytes} {self.path}\n"


@dataclass(frozen=True, slots=True)
class Manifest:
    """Which log the package is of, when it was made (ISO 8601), and its files in the order of their paths."""

    origin: str
    made_at: str
    files: tuple[Listed, ...]

    @property
    def text(self) -> str:
        """The note text that is signed."""
        head = f"{HEADER}\nlog {self.origin}\nmade {self.made_at}\n"
        return head + "".join(listed.line for listed in self.files)


def listed(path: str, content: bytes) -> Listed:
    """The line of a file."""
    return Listed(path, len(content), sha256(content).hexdigest(), sm3(content))


def read_manifest(text: str) -> Manifest:
    """From the text of a note; NoteError for any other spelling."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[0] != HEADER or len(lines) > FILES_MAX + 4:
        raise NoteError("不是证据包的清单")
    found = Manifest(
        lines[1].removeprefix("log "),
        lines[2].removeprefix("made "),
        tuple(_listed(line) for line in lines[3:-1]),
    )
    paths = [file.path for file in found.files]
    if found.text != text or paths != sorted(set(paths)) or MANIFEST in paths:
        raise NoteError("证据包的清单写法不规范")
    return found


def _listed(line: str) -> Listed:
    parts = line.split(" ")
    if len(parts) != 5 or parts[0] != "file":
        raise NoteError("证据包的清单写法不规范")
    return Listed(parts[4], decimal(parts[3]), parts[1], parts[2])
