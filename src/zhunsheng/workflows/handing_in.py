"""A table arrives on a page: looked at by a child process before anything of it is kept."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from zhunsheng.core.actors import Actor
from zhunsheng.foundation.attachments.sniffing import FILE_BYTES_MAX, table_type
from zhunsheng.foundation.tabular.limits import Limits, TableRefusedError
from zhunsheng.foundation.tabular.reading import read_table
from zhunsheng.foundation.uploads import actions as uploads
from zhunsheng.foundation.uploads.actions import NewUpload
from zhunsheng.workflows.importing import batch_of
from zhunsheng.workflows.returning import own_columns
from zhunsheng.workflows.uploading import IMPORT

# What a page waits for; larger tables come by `zhunsheng import`.
PAGE = Limits(file_bytes=FILE_BYTES_MAX, rows=100_000, cpu_seconds=20)


def hand_in(*, by: Actor, at: datetime, new: NewUpload, content: bytes) -> int:
    """Keep a table that can be read; its number. `header`, `rows`, `batch` of `new` are found here.

    AttachmentError for what is no table or too large, TableRefusedError for one that cannot be read.
    """
    by.require_person("导入", IMPORT)
    table_type(new.name, len(content))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table{Path(new.name).suffix.lower()}"
        path.write_bytes(content)
        first, count = None, 0
        for row in read_table(path, encoding=new.encoding, limits=PAGE):
            first, count = first or (row if row.cells else None), count + 1
        if first is None:
            raise TableRefusedError("NO_ROWS", "表头下没有一行数据", "在表头下填写数据后再上传")
        told = replace(new, header=own_columns([first]), rows=count, batch=batch_of(path))
    return uploads.receive(by=by, at=at, new=told, content=content)
