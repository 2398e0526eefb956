"""Make `.venv` and fill it from the hash-locked requirements. Standard library only, Python 3.11 or later.

`python3 -m tools.bootstrap runtime|dev [engine-later]`. A stamp makes the second run a matter of moments.
No index address stands in this repository: pip's own configuration (or an institution's mirror in
it) is used as it is, and handed on to uv.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from tools import machine

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "zhunsheng-stamp.json"
KINDS = ("runtime", "dev")
LATER = "engine-later"
PYTHON_MIN = (3, 11)


class CannotSetUpError(Exception):
    """The surroundings lack something; the message is one sentence that says what to do."""


def say(text: str) -> None:
    """One line of progress, at once."""
    print(f"[zhunsheng] {text}", flush=True)


def fingerprint(kind: str) -> str:
    """What the environment depends on: the lock files, the package's own description, the interpreter."""
    digest = hashlib.sha256()
    for name in (f"requirements/{kind}.txt", "requirements/tools.txt", "pyproject.toml"):
        digest.update((ROOT / name).read_bytes())
    digest.update(f"{sys.version_info[:2]} {ROOT}".encode())
    return digest.hexdigest()


def is_ready(kind: str) -> bool:
    """Whether a former run brought exactly this; the dev set contains the runtime set."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    wanted = {k: fingerprint(k) for k in KINDS[KINDS.index(kind) :]}
    return PYTHON.exists() and any(stamp.get(k) == value for k, value in wanted.items())


def write_stamp(kind: str) -> None:
    """Note that the environment now holds exactly this."""
    STAMP.write_text(json.dumps({kind: fingerprint(kind)}), encoding="utf-8")


def make_venv() -> None:
    """A virtual environment with pip in it; on Debian the package python3-venv may have to come first."""
    if PYTHON.exists() and importable("pip"):
        return
    if importlib.util.find_spec("ensurepip") is None:
        if not machine.may_install():
            raise CannotSetUpError(
                "Python 缺少 venv 模块，请先以管理员身份运行 apt-get install python3-venv "
                "(this Python has no venv; as root, run: apt-get install python3-venv)"
            )
        say("安装 python3-venv (installing python3-venv)")
        if not machine.apt_install(["python3-venv"]):
            raise CannotSetUpError("python3-venv 安装失败 (apt could not install python3-venv)")
        # ensurepip was not there when this process started; a fresh one finds it.
    say("建立虚拟环境 .venv (making the virtual environment)")
    command = [sys.executable, "-m", "venv", str(VENV)]
    if subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode != 0:
        raise CannotSetUpError("虚拟环境建立失败 (the virtual environment could not be made)")


def importable(module: str) -> bool:
    """Whether the environment's Python finds a module."""
    probe = f"import importlib.util,sys; sys.exit(importlib.util.find_spec({module!r}) is None)"
    return subprocess.run([PYTHON, "-c", probe], check=False).returncode == 0


def pip(*arguments: str) -> None:
    """Run the environment's pip; its own words are shown when it fails."""
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", "-q", *arguments]
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        print(done.stdout + done.stderr, file=sys.stderr)
        raise CannotSetUpError(
            "软件包安装失败，请检查网络或 pip 的镜像配置 "
            "(packages could not be installed: check the network or pip's mirror configuration)"
        )


def pip_setting(name: str) -> str:
    """A value of pip's configuration, from its files or the environment; empty if there is none."""
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "config", "get", f"global.{name}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return os.environ.get("PIP_" + name.upper().replace("-", "_"), done.stdout.strip())


def uv_environment() -> dict[str, str]:
    """uv does not read pip's configuration, so mirror and certificates are handed on by variables."""
    environment = dict(os.environ)
    environment["UV_PYTHON_DOWNLOADS"] = "never"
    # An institution's own certificate authority stands in the system's store, not in uv's.
    environment["UV_SYSTEM_CERTS"] = "true"
    for theirs, ours in (
        ("index-url", "UV_DEFAULT_INDEX"),
        ("extra-index-url", "UV_INDEX"),
        ("find-links", "UV_FIND_LINKS"),
        ("cert", "SSL_CERT_FILE"),
    ):
        value = pip_setting(theirs)
        if value:
            environment.setdefault(ours, value)
    return environment


def install(kind: str) -> None:
    """uv installs the locked set in seconds; where uv does not run, pip installs the same set, slower."""
    say("安装安装器 (installing the installer)")
    pip("install", "--require-hashes", "-r", "requirements/tools.txt")
    install_locked(kind)
    say("安装准绳本身 (installing zhunsheng itself)")
    pip("install", "--no-deps", "--no-build-isolation", "--no-index", "-e", ".")


def install_locked(kind: str) -> None:
    """Install what one lock file says."""
    lock = f"requirements/{kind}.txt"
    count = sum("==" in line for line in (ROOT / lock).read_text(encoding="utf-8").splitlines())
    say(f"安装 {count} 个锁定版本的软件包 (installing {count} locked packages)")
    command = [str(VENV / "bin" / "uv"), "pip", "install", "--quiet", "--require-hashes", "-r", lock]
    # pip looks for a version in every configured mirror, uv in the first that knows the name. The hashes
    # say what may be installed, so looking further is safe.
    command += ["--index-strategy", "unsafe-best-match"]
    try:
        done = subprocess.run(
            [*command, "--python", str(PYTHON)], check=False, cwd=ROOT, env=uv_environment()
        )
        installed = done.returncode == 0
    except OSError:
        installed = False
    if not installed:
        say("uv 不可用，改用 pip，约需一两分钟 (uv did not work; pip takes a minute or two)")
        pip("install", "--require-hashes", "-r", lock)


def bring(extra: str, module: str) -> bool:
    """Have an optional extra, which only the tests want; whether it is there."""
    if not importable(module):
        try:
            install_locked(extra)
        except CannotSetUpError as error:
            say(str(error))
    return importable(module)


def set_up(kind: str) -> None:
    """Bring `.venv` to the locked state of this kind, if it is not there yet."""
    if not is_ready(kind):
        started = time.monotonic()
        make_venv()
        install(kind)
        write_stamp(kind)
        say(f"环境就绪，用时 {time.monotonic() - started:.0f} 秒 (environment ready)")
    # Translations change without the lock files changing; this looks at dates only.
    subprocess.run([PYTHON, "-m", "tools.messages", "compile"], check=True, cwd=ROOT)


def make_engine() -> None:
    """Have the engine's machine code made and proved, where that was not done before."""
    if subprocess.run([PYTHON, "-m", "tools.warm"], check=False, cwd=ROOT).returncode != 0:
        raise CannotSetUpError("研判引擎未能就绪 (the engine could not be made ready)")


def main() -> int:
    """Set up the kind named on the command line; `make test` has the engine made beside other things."""
    kind, later = sys.argv[1:2], sys.argv[2:]
    if not set(kind) & set(KINDS) or later not in ([], [LATER]):
        print(f"usage: python3 -m tools.bootstrap {'|'.join(KINDS)} [{LATER}]", file=sys.stderr)
        return 2
    if sys.version_info < PYTHON_MIN:
        print("需要 Python 3.11 或更高版本 (Python 3.11 or later is needed)", file=sys.stderr)
        return 4
    try:
        set_up(*kind)
        if not later:
            make_engine()
    except CannotSetUpError as error:
        print(error, file=sys.stderr)
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(main())
