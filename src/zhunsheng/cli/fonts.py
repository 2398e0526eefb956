"""Whether Chinese can be drawn on this machine: pages seen here, letters printed here."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/System/Library/Fonts")
CHINESE_NAMES = ("*CJK*", "*wqy*", "*PingFang*", "*SourceHan*", "*simsun*", "*Hei*")


def has_chinese_font() -> bool:
    """Asks fontconfig; without it, looks for the files of the usual Chinese fonts."""
    listing = shutil.which("fc-list") or shutil.which("fc-list", path="/usr/bin")
    if listing is not None:
        command = [listing, ":lang=zh", "family"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
        return bool(done.stdout.strip())
    return any(
        next(Path(folder).rglob(name), None) is not None for folder in FONT_FOLDERS for name in CHINESE_NAMES
    )
