"""Which batch a file is: its content, so that name and folder do not matter."""

from __future__ import annotations

import hashlib
from pathlib import Path


def batch_of(file: Path) -> str:
    """The batch key of an imported file."""
    with file.open("rb") as stream:
        return f"signals:{hashlib.file_digest(stream, 'sha256').hexdigest()[:32]}"
