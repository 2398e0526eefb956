"""How a file was captured."""

from __future__ import annotations

from enum import StrEnum


class CaptureMethod(StrEnum):
    """By what means the bytes came to us (common rules: making-method and maker are noted)."""

    UPLOAD = "UPLOAD"
    CAMERA = "CAMERA"
    RECORDER = "RECORDER"
    PLATFORM_COPY = "PLATFORM_COPY"
    REDACTION = "REDACTION"
