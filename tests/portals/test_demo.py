"""`zhunsheng demo` ends with two addresses that answer: the colleagues' doors and one reminder's page."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_serve import wait_until_it_answers

ZHUNSHENG = Path(sys.executable).parent / "zhunsheng"


@pytest.mark.slow
def test_the_demo_can_be_looked_at_and_answered(tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    words = tmp_path / "words"
    with words.open("w") as told:
        process = subprocess.Popen(
            [ZHUNSHENG, "--home", tmp_path / "home", "demo", "--businesses", "50", "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=told,
            text=True,
            env=environment,
        )
    assert process.stdout is not None
    try:
        ready = next(line for line in process.stdout if "准绳已就绪" in line)
        address = re.findall(r"http://\S+", ready)[0]
        (link,) = re.findall(r"http://\S+/b/\S+/", words.read_text())
        assert link.startswith(address)
        front, reminder = wait_until_it_answers(address), wait_until_it_answers(link)
        assert front.status_code == 302 and front.headers["Location"] == "/sign-in/"
        doors = wait_until_it_answers(address.rstrip("/") + "/sign-in/")
        assert "李敏" in doors.text and "恢复演示初始状态" in doors.text
        assert reminder.status_code == 200 and "开始答复" in reminder.text
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
