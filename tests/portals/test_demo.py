"""`zhunsheng demo` ends with two addresses that answer: the colleagues' doors and one reminder's page."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cli.test_serve import wait_until_it_answers

ZHUNSHENG = Path(sys.executable).parent / "zhunsheng"


def looked_through(home: str) -> str:
    """The page of a table that an officer hands in, once the demo's worker has looked through it."""
    with httpx.Client(base_url=home, follow_redirects=True) as client:

        def send(address: str, data: dict[str, str], **more: Any) -> httpx.Response:
            token = {"csrfmiddlewaretoken": client.cookies["csrftoken"]}
            return client.post(address, data=data | token, headers={"Origin": home}, **more)

        client.get("/sign-in/")
        send("/sign-in/as/", {"person": "9801-03"})
        page = send("/imports/new/subjects/", {}, files={"file": ("a.csv", "名称\n云汀市甲店\n".encode())})
        fields = {"field-subject": "名称", "field-name": "名称", "field-established_on": "名称"}
        page = send(f"{page.url.path}columns/", fields | {"field-industry": "名称"})
        for _ in range(100):
            if "Refresh" not in page.headers:
                break
            time.sleep(0.2)
            page = client.get(page.url.path)
        return page.text


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
        assert "预检结果" in looked_through(address.rstrip("/"))
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
