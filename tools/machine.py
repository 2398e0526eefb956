"""What this machine has and can be given: packages, browser, fonts, PostgreSQL. Standard library only."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from pathlib import Path

PROGRAM_FOLDERS = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
POSTGRES_MAJOR_MIN = 15
SHELL = "chromium-headless-shell"


def which(name: str) -> str | None:
    """A program on PATH or in the usual folders; a bare environment may lack half of them."""
    return shutil.which(name) or shutil.which(name, path=PROGRAM_FOLDERS)


def postgres_folder() -> Path | None:
    """The folder of initdb and postgres of the newest server of version 15 or later."""
    found = []
    for initdb in Path("/usr/lib/postgresql").glob("*/bin/initdb"):
        major = initdb.parent.parent.name
        if major.isdigit() and int(major) >= POSTGRES_MAJOR_MIN:
            found.append((int(major), initdb.parent))
    if found:
        return max(found)[1]
    on_path = which("initdb")
    return Path(on_path).resolve().parent if on_path and which("postgres") else None


def server_account() -> str | None:
    """The account that runs PostgreSQL: none needed for a common user, `postgres` for root."""
    if os.geteuid() != 0:
        return None
    return "postgres"


def why_no_postgres() -> str:
    """Empty if a throw-away server can be started here, else the reason."""
    if postgres_folder() is None:
        return "no PostgreSQL server (15 or later); `make test` as root on Debian brings it"
    if os.geteuid() == 0:
        try:
            pwd.getpwnam("postgres")
        except KeyError:
            return "PostgreSQL refuses to run as root and there is no account named postgres"
    return ""


def chromium() -> str | None:
    """Path of Chromium or Chrome."""
    return next(
        (
            p
            for n in ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
            if (p := which(n))
        ),
        None,
    )


def may_install() -> bool:
    """Root on a system with apt."""
    return os.geteuid() == 0 and which("apt-get") is not None


def apt_install(packages: list[str]) -> bool:
    """Install Debian packages without a question; whether it worked. Recommended extras stay away."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    environment["PATH"] = environment.get("PATH", "") + ":" + PROGRAM_FOLDERS
    apt = which("apt-get") or "apt-get"
    install = [apt, "install", "-y", "-q", "--no-install-recommends", *packages]
    for command in ([apt, "update", "-q"], install):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            print("\n".join((done.stdout + done.stderr).splitlines()[-8:]))
            return False
    return True
