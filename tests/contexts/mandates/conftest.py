"""Hashing that is as cheap as it is meant to be dear outside of tests."""

from __future__ import annotations

import pytest
from django.contrib.auth.hashers import ScryptPasswordHasher


@pytest.fixture(autouse=True)
def _cheap_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ScryptPasswordHasher, "work_factor", 2**4)
