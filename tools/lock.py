"""`make lock`: resolve the requirements anew into hash-locked files that hold no index address."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tools.bootstrap import VENV, uv_environment

ROOT = Path(__file__).resolve().parent.parent
COMMON = (
    "--generate-hashes",
    "--no-emit-index-url",
    "--universal",
    "--python-version",
    "3.11",
    "--quiet",
)
LOCKS = {
    "requirements/runtime.txt": ("pyproject.toml",),
    "requirements/learning.txt": ("pyproject.toml", "--extra", "learning"),
    "requirements/spark.txt": ("pyproject.toml", "--extra", "spark"),
    "requirements/dev.txt": ("pyproject.toml", "--group", "dev"),
    "requirements/tools.txt": ("requirements/tools.in",),
}


def main() -> int:
    """Bring all files in step; with --upgrade everything moves on. What changed is then seen in git."""
    # Mirrors of a few files would give a lock with the hashes of those few; only the main index counts.
    environment = uv_environment() | {"UV_INDEX": "", "UV_FIND_LINKS": ""}
    for target, sources in LOCKS.items():
        print(f"[zhunsheng] {target}", flush=True)
        command = [str(VENV / "bin" / "uv"), "pip", "compile", *sources, *COMMON, *sys.argv[1:], "-o", target]
        if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode != 0:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
