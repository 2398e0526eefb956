"""What a file is, by its bytes, and the copy of a picture that may be shown."""

from __future__ import annotations

import io
import warnings
from pathlib import PurePath

from PIL import Image, ImageOps

FILE_BYTES_MAX = 10 * 1024 * 1024
FILES_MAX = 6
PIXELS_MAX = 50_000_000
SHOWN_PIXELS_A_SIDE_MAX = 1_600
PDF = "application/pdf"
SHOWN = "image/jpeg"
PICTURES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", PDF: ".pdf"}
TABLES = {
    ".csv": "text/csv",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ENDINGS |= {told: ending for ending, told in TABLES.items()}


class AttachmentError(ValueError):
    """A file that cannot be taken; the text says why and what to do."""


def table_type(name: str, size_bytes: int) -> str:
    """The type of a table by its name; what it holds, only a reader of tables can say (`tabular`)."""
    _check_size(size_bytes)
    told = TABLES.get(PurePath(name).suffix.lower())
    if told is None:
        raise AttachmentError("只接受表格：.xlsx 或 .csv；旧的 .xls 请用表格软件另存为 .xlsx")
    return told


def _check_size(size_bytes: int) -> None:
    if not size_bytes:
        raise AttachmentError("文件是空的，请重新选择")
    if size_bytes > FILE_BYTES_MAX:
        raise AttachmentError(f"文件超过 {FILE_BYTES_MAX // 1024 // 1024} MB，请压缩或拆分后再上传")


def media_type(content: bytes) -> str:
    """The type of a file that may be handed in; AttachmentError for everything else."""
    _check_size(len(content))
    if content.startswith(b"%PDF-"):
        if b"%%EOF" not in content[-1024:]:
            raise AttachmentError("PDF 文件不完整，请重新导出后再上传")
        return PDF
    for told, start in (("image/jpeg", b"\xff\xd8\xff"), ("image/png", b"\x89PNG\r\n\x1a\n")):
        if content.startswith(start):
            return told
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    raise AttachmentError("只接受照片（JPEG、PNG、WebP）和 PDF；请换一种格式")


def shown_copy(content: bytes, told: str) -> bytes:
    """A JPEG of the pixels alone, turned upright; AttachmentError for a picture that cannot be read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture: Image.Image = Image.open(io.BytesIO(content), formats=(PICTURES[told],))
            if picture.width * picture.height > PIXELS_MAX:
                raise AttachmentError("照片的像素过多，请缩小后再上传")
            picture = ImageOps.exif_transpose(picture).convert("RGB")
    except AttachmentError:
        raise
    except Exception as error:  # Pillow's readers raise whatever a broken file provokes
        raise AttachmentError("照片无法读取，可能已损坏，请重新拍摄或选择") from error
    picture.thumbnail((SHOWN_PIXELS_A_SIDE_MAX, SHOWN_PIXELS_A_SIDE_MAX))
    clean = Image.new("RGB", picture.size)
    clean.paste(picture)
    target = io.BytesIO()
    clean.save(target, "JPEG", quality=85)
    return target.getvalue()
