"""Where the public data stand: read in place, never copied."""

from __future__ import annotations

import os
from pathlib import Path


class DataFolderMissingError(Exception):
    """ZHUNSHENG_DATA names no folder; evaluations and their tests cannot run."""


def data_folder() -> Path:
    """The folder that ZHUNSHENG_DATA names."""
    name = os.environ.get("ZHUNSHENG_DATA", "")
    folder = Path(name)
    if not name or not folder.is_dir():
        raise DataFolderMissingError("请用环境变量 ZHUNSHENG_DATA 指明公开数据所在文件夹")
    return folder
