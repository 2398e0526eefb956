"""A disk that fills up: a small file system in memory where root may mount one, else a limit on file size."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.trust.children import Child

BLOCK = b"\0" * 65_536


class MountedDisk:
    """A small file system of its own, filled by a ballast file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, child: Child, *, spare_bytes: int = 0) -> None:
        """Leave only so many bytes free."""
        with suppress_full(), (self.folder / "ballast").open("ab", buffering=0) as ballast:
            while self._free() > spare_bytes:
                ballast.write(BLOCK[: max(4_096, min(len(BLOCK), self._free() - spare_bytes))])

    def free(self, child: Child) -> None:
        """Somebody made room."""
        (self.folder / "ballast").unlink()

    def _free(self) -> int:
        told = os.statvfs(self.folder)
        return told.f_bavail * told.f_frsize


class LimitedFiles:
    """No file of the child may grow beyond a size: what a quota does. Needs no rights."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, child: Child, *, spare_bytes: int = 0) -> None:
        """Files may grow by so many bytes at most."""
        largest = max((p.stat().st_size for p in self.folder.iterdir() if p.is_file()), default=0)
        _, hard = resource.prlimit(child.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(child.pid, resource.RLIMIT_FSIZE, (largest + spare_bytes, hard))

    def free(self, child: Child) -> None:
        """The quota is raised."""
        _, hard = resource.prlimit(child.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(child.pid, resource.RLIMIT_FSIZE, (hard, hard))


@contextmanager
def suppress_full() -> Iterator[None]:
    """The ballast itself meets the full disk."""
    try:
        yield
    except OSError as error:
        if "No space left" not in str(error):
            raise


@contextmanager
def mounted(folder: Path, size_mb: int) -> Iterator[bool]:
    """Mount a file system of a few megabytes at a folder; False where that is not permitted."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={size_mb}m", "zhunsheng-small", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        yield False
        return
    try:
        yield True
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
