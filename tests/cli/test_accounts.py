"""A new installation: three links, no password, and the command works once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.test import Client

from tests.contexts.accounts import office
from zhunsheng.cli.main import main
from zhunsheng.foundation.accounts.models import Account, Grant

pytestmark = pytest.mark.django_db
THREE = ["--system", "S1=程岚", "--security", "S2=苏禾", "--audit", "S3=何舟"]


def run(*arguments: str) -> Any:
    return CliRunner().invoke(main, ["accounts", *arguments])


def test_the_first_administrators_come_by_three_links_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ScryptPasswordHasher, "work_factor", 2**4)
    told = json.loads(run("first-run", *THREE, "--json").stdout)
    assert [row["role"] for row in told] == ["system_admin", "security_admin", "audit_admin"]
    assert Account.objects.count() == 0 and Grant.objects.count() == 3
    where = told[1]["link"].partition("8000")[2]
    form = {"name": "suhe", "password": office.PASSWORD}
    assert Client().post(where, form).headers["Location"] == "/sign-in/"
    assert Client().post(where, form).status_code == 400
    again = run("first-run", *THREE)
    assert again.exit_code != 0 and Grant.objects.count() == 3


def test_nobody_exists_before_somebody_is_invited() -> None:
    assert Account.objects.count() == 0
    assert run("invite", "nobody").exit_code != 0
    assert json.loads(run("dormant", "--json").stdout) == []
