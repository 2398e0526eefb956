"""The numbers of logging in, read from `packs/access`: the profile is data, never a constant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from zhunsheng.core.packs.nodes import PackError
from zhunsheng.engine.packfiles import read_documents, stamp


@dataclass(frozen=True, slots=True)
class LogInPolicy:
    """A `zhunsheng.log-in/1` document."""

    length_min: int
    kinds_min: int
    differs_from_last: int
    password_age: timedelta
    failures_max: int
    failures_all_sources_max: int
    lock: timedelta
    idle: timedelta
    absolute: timedelta
    sessions_max: int
    second_factor_required: bool
    recovery_codes: int
    invitation: timedelta
    dormant: timedelta

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> LogInPolicy:
        """All keys are required."""
        password, lock, session = told["password"], told["lock"], told["session"]
        second = told["second_factor"]
        return cls(
            int(password["length_min"]),
            int(password["kinds_min"]),
            int(password["differs_from_last"]),
            timedelta(days=int(password["days_max"])),
            int(lock["failures_max"]),
            int(lock["failures_all_sources_max"]),
            timedelta(minutes=int(lock["minutes"])),
            timedelta(minutes=int(session["idle_minutes"])),
            timedelta(hours=int(session["absolute_hours"])),
            int(session["at_once_max"]),
            bool(second["required"]),
            int(second["recovery_codes"]),
            timedelta(hours=int(told["invitation"]["hours"])),
            timedelta(days=int(told["dormant_days"])),
        )


@lru_cache(maxsize=4)
def _read(folder: Path, _stamp: object) -> Mapping[str, LogInPolicy]:
    return {
        name.removesuffix(".yaml"): LogInPolicy.read(document)
        for name, document in read_documents(folder)
        if document.get("schema") == "zhunsheng.log-in/1"
    }


def log_in_policy(side: str = "BUREAU") -> LogInPolicy:
    """The profile that the settings name for colleagues or for businesses; PackError when there is none."""
    folder = Path(settings.PACKS) / "access"
    profiles = _read(folder, stamp(folder))
    name = settings.LOG_IN_PROFILE if side == "BUREAU" else settings.BUSINESS_LOG_IN_PROFILE
    if name not in profiles:
        raise PackError(f"access/{name}", "没有这个登录配置")
    return profiles[name]
