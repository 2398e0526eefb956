"""The ground itself: locks without addresses, stamps, the shelter of the tests, a server to kill."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import psycopg
import pytest

from tests import halves, session
from tests.portals import views
from tools import bootstrap, branches, check, machine, run_tests, shares
from tools.postgres import Server

ROOT = bootstrap.ROOT
LOCKS = (
    "requirements/runtime.txt",
    "requirements/dev.txt",
    "requirements/spark.txt",
    "requirements/tools.txt",
)
# Built from pieces, so that this file does not contain what it looks for.
INDEX_ADDRESS = re.compile(
    r"https?://[^\s\"'<>)]*(?:" + "|".join(["py" + "pi", "python" + "hosted", "/simp" + r"le\b"]) + ")"
    r"|--(?:extra-)?index" + r"-url[= ]|find" + r"-links[= ]\S*/",
    re.IGNORECASE,
)
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:wo" + r"rk|ro" + r"ot)/\w")


NOT_OURS = {".venv", ".git", "__pycache__", "build", "home", ".mypy_cache", ".ruff_cache", ".hypothesis"}
TEXT = {
    ".py",
    ".md",
    ".txt",
    ".in",
    ".toml",
    ".yaml",
    ".yml",
    ".json",
    ".html",
    ".css",
    ".js",
    ".po",
    ".sh",
    "",
}


def committed_files() -> list[Path]:
    found = []
    for folder, below, names in os.walk(ROOT):
        below[:] = [name for name in below if name not in NOT_OURS and not name.endswith(".egg-info")]
        found += [Path(folder) / name for name in names if Path(name).suffix in TEXT and name not in NOT_OURS]
    return found


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    found = []
    for path in committed_files():
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="ignore").splitlines(), 1):
            if pattern.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    return found


def test_no_file_holds_an_index_address() -> None:
    assert lines_with(INDEX_ADDRESS) == []


def test_no_file_holds_a_path_of_one_machine() -> None:
    assert lines_with(MACHINE_PATH) == []


@pytest.mark.parametrize(
    "line",
    [
        "--index" + "-url https://mirror.example/simp" + "le",
        "see https://py" + "pi.org/project/x",
        "url = https://files.python" + "hosted.org/a.whl",
        "--find" + "-links=/opt/wheels",
    ],
)
def test_an_index_address_is_recognised(line: str) -> None:
    assert INDEX_ADDRESS.search(line)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[a-z0-9])", text)
    packages = [entry for entry in entries if re.match(r"[a-z0-9][\w.-]*==", entry)]
    assert packages
    assert [entry.split()[0] for entry in packages if "--hash=sha256:" not in entry] == []


def test_runtime_is_part_of_dev_and_of_what_goes_to_a_cluster() -> None:
    def pins(lock: str) -> set[str]:
        text = (ROOT / lock).read_text(encoding="utf-8")
        return set(re.findall(r"^([a-z0-9][\w.-]*==\S+)", text, re.MULTILINE))

    for other in ("requirements/dev.txt", "requirements/spark.txt"):
        assert pins("requirements/runtime.txt") - pins(other) == set()


def test_an_optional_extra_that_cannot_be_brought_is_told_and_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(kind: str) -> None:
        raise bootstrap.CannotSetUpError(f"no network for {kind}")

    monkeypatch.setattr(bootstrap, "install_locked", refused)
    assert bootstrap.bring("spark", "json")
    assert not bootstrap.bring("spark", "no_such_module")
    assert "no network for spark" in capsys.readouterr().out
    run_tests.summary([], {run_tests.SPARK: "requirements/spark.txt"}, static_holds=True)
    assert "apt-get" not in capsys.readouterr().out


def test_a_stamp_holds_until_a_lock_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "requirements").mkdir()
    for name in (*LOCKS, "pyproject.toml"):
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / "stamp.json")
    monkeypatch.setattr(bootstrap, "PYTHON", Path(sys.executable))
    assert not bootstrap.is_ready("runtime")
    bootstrap.write_stamp("dev")
    assert bootstrap.is_ready("dev")
    assert bootstrap.is_ready("runtime")
    (tmp_path / "requirements" / "dev.txt").write_text("changed")
    assert not bootstrap.is_ready("dev")
    (tmp_path / "stamp.json").write_text("{")
    assert not bootstrap.is_ready("runtime")


def test_without_venv_and_without_root_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "PYTHON", tmp_path / "none")
    monkeypatch.setattr(bootstrap.importlib.util, "find_spec", lambda _name: None)
    monkeypatch.setattr(machine, "may_install", lambda: False)
    with pytest.raises(bootstrap.CannotSetUpError, match="apt-get install python3-venv"):
        bootstrap.make_venv()


def test_make_lets_python_keep_its_bytecode() -> None:
    command = ["make", "-s", "--eval", 'shown:;@echo "[$$PYTHONDONTWRITEBYTECODE]"', "shown"]
    forbidden = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    told = subprocess.run(command, cwd=ROOT, env=forbidden, capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"


def test_the_outside_world_is_closed() -> None:
    with pytest.raises(session.OutsideWorldError), socket.socket() as outside:
        outside.connect(("192.0.2.1", 80))
    with pytest.raises(session.OutsideWorldError):
        socket.create_connection(("example.org", 80), timeout=1)
    with socket.socket() as here:
        here.bind(("127.0.0.1", 0))
        here.listen()
        socket.create_connection(here.getsockname(), timeout=1).close()


def test_tests_do_not_live_in_the_checkout() -> None:
    assert ROOT not in session.HOME.parents
    assert os.environ["ZHUNSHENG_HOME"] == str(session.HOME)


def run_pytest(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_seeded.py").write_text("import pytest\n\ndef test_it():\n    pytest.skip('seeded')\n")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-c", str(ROOT / "pyproject.toml"), str(folder), *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_skip_is_refused_where_it_must_be(tmp_path: Path) -> None:
    assert run_pytest(tmp_path).returncode == 0
    refused = run_pytest(tmp_path, "--refuse-skips")
    assert refused.returncode == 1
    assert "1 tests were skipped" in refused.stdout


def test_a_failed_check_fails_the_whole(capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = ("python", "-c", ""), ("python", "-c", "print('why'); raise SystemExit(1)")
    assert check.checks_hold({"good": good})
    assert not check.checks_hold({"bad": bad, "good": good})
    assert "why" in capsys.readouterr().out


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "chromium", lambda: None)
    monkeypatch.setattr(machine, "may_install", lambda: False)
    assert run_tests.bring_parts()["Chromium"] == "chromium"


def within(file: str, places: Sequence[str]) -> bool:
    return any(file == place or file.startswith(f"{place}/") for place in places)


def test_every_test_is_in_a_share_and_what_may_touch_a_database_in_one_for_each() -> None:
    everywhere = {str(file.relative_to(ROOT)) for file in (ROOT / "tests").rglob("test_*.py")}
    for database, wanted in {"postgresql": everywhere, "sqlite": everywhere}.items():
        counted: Counter[str] = Counter()
        for share in shares.whole_suite():
            if share.database == database or share.name == "no-database":
                ignored = [word.removeprefix("--ignore=") for word in share.arguments if "=" in word]
                named = [word for word in share.arguments if "=" not in word] or ["tests"]
                counted.update(
                    file for file in everywhere if within(file, named) and not within(file, ignored)
                )
        assert counted == Counter(dict.fromkeys(wanted, 1))
    for share in (share for share in shares.whole_suite() if not share.measured):
        assert not [name for name in branches.WATCHED.tests if within(name, share.arguments[:1])]


def test_both_halves_are_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def half(name: str) -> list[object]:
        monkeypatch.setenv("ZS_HALF", name)
        return [*views.shared_out(views.VIEWS), *views.shared_out(views.LOOKS)]

    def part(name: str) -> list[int]:
        monkeypatch.setenv("ZS_HALF", name)
        assert halves.share_of(7) == (4 if name else 7)
        return halves.every_other(range(7), 1)

    told = [half(name) for name in shares.HALVES.values()]
    assert [len(one) for one in told] == [4, 4]
    assert all(view in told[0] or view in told[1] for view in [*views.VIEWS, *views.LOOKS])
    assert len(half("")) == 8
    assert sorted(part("first") + part("second")) == part("") == list(range(7))


def test_what_runs_once_may_not_ask_for_a_database() -> None:
    class Asking:
        fixturenames = ("db",)

        def __init__(self, nodeid: str) -> None:
            self.nodeid = nodeid

    session.refuse_databases([Asking("tests/contexts/test_x.py::test_y")])  # type: ignore[list-item]
    with pytest.raises(pytest.UsageError, match="test_y"):
        session.refuse_databases([Asking("tests/core/test_x.py::test_y")])  # type: ignore[list-item]


def test_a_share_that_fails_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    bad = shares.Share("machinery-bad", "sqlite", ("tests/nowhere",))
    (run,) = shares.run_shares([bad], whole=False, refuse_skips=False)
    run_tests.summary([run], {}, static_holds=True)
    assert run.exit_code == pytest.ExitCode.USAGE_ERROR
    assert "machinery-bad: FAILED (exit 4)" in capsys.readouterr().out
    bad.log.unlink()


@pytest.mark.postgres
@pytest.mark.faults
def test_a_killed_server_comes_back_with_what_it_acknowledged(postgres_server: Server) -> None:
    with psycopg.connect(postgres_server.url(), autocommit=True) as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            shown = connection.execute(f"SHOW {name}").fetchone()
            assert shown == ("on",)
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept VALUES (1)")
        postgres_server.kill()
    postgres_server.start()
    with psycopg.connect(postgres_server.url(), autocommit=True) as connection:
        assert connection.execute("SELECT n FROM kept").fetchall() == [(1,)]
        connection.execute("DROP TABLE kept")
