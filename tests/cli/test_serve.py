"""`zhunsheng serve` prints an address at which something answers, and stops when told."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from zhunsheng.cli import database
from zhunsheng.cli.commands import bench, serve
from zhunsheng.cli.exit_codes import CannotRunError, ExitCode

ZHUNSHENG = Path(sys.executable).parent / "zhunsheng"


def wait_until_it_answers(address: str) -> httpx.Response:
    for _ in range(200):
        try:
            return httpx.get(address, timeout=10, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"nothing answers at {address}")


@pytest.mark.slow
def test_serve_first_use_to_ctrl_c(tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    process = subprocess.Popen(
        [ZHUNSHENG, "--home", tmp_path / "home", "serve", "--port", "0", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert process.stdout is not None
    try:
        address = json.loads(process.stdout.readline())["address"]
        assert wait_until_it_answers(address).status_code < 500
    finally:
        process.send_signal(signal.SIGINT)
        _rest, words = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "正在准备数据库" in words
    assert "Warning" not in words
    assert (tmp_path / "home" / "zhunsheng.sqlite3").exists()


def test_a_port_in_use_ends_in_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CannotRunError, match=str(port)):
            serve.free_port("127.0.0.1", port)
    assert serve.free_port("127.0.0.1", 0) > 0


def test_bench_hands_on_arguments_and_verdict(tmp_path: Path, settings: Any) -> None:
    settings.CHECKOUT = tmp_path
    assert CliRunner().invoke(bench.command, ["--size", "1"]).exit_code == ExitCode.CANNOT_RUN
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks" / "__main__.py").write_text(
        "import sys\nsys.exit(sys.argv[1:] != ['--size', '1'])\n"
    )
    assert CliRunner().invoke(bench.command, ["--size", "1"]).exit_code == ExitCode.OK
    assert CliRunner().invoke(bench.command, ["--size", "2"]).exit_code == ExitCode.FOUND


@pytest.mark.django_db(transaction=True)
def test_an_up_to_date_database_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    database.ensure_database()
    assert capsys.readouterr().err == ""
