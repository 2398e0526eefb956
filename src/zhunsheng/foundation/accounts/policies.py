"""The numbers of logging in and the purposes of looking at closed fields, read from
`packs/access`: both are data, never a constant."""

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
class ProviderTerms:
    """Signing in through an identity provider: how long one may be away there, how far clocks may differ."""

    away_max: timedelta
    skew: timedelta
    counts_as_second: bool

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> ProviderTerms:
        """All keys are required."""
        return cls(
            timedelta(minutes=int(told["return_minutes"])),
            timedelta(seconds=int(told["clock_skew_seconds"])),
            bool(told["counts_as_second_factor"]),
        )


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
    provider: ProviderTerms | None

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> LogInPolicy:
        """All keys are required but `provider`: who signs in by own accounts only does without."""
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
            ProviderTerms.read(told["provider"]) if "provider" in told else None,
        )


@lru_cache(maxsize=4)
def _read(folder: Path, _stamp: object) -> Mapping[str, LogInPolicy]:
    return {
        name.removesuffix(".yaml"): LogInPolicy.read(document)
        for name, document in read_documents(folder)
        if document.get("schema") == "zhunsheng.log-in/1"
    }


@lru_cache(maxsize=4)
def _purposes(folder: Path, _stamp: object) -> Mapping[str, str]:
    return {
        code: str(body["name_zh"])
        for _name, document in read_documents(folder)
        if document.get("schema") == "zhunsheng.reveal-purposes/1"
        for code, body in document["purposes"].items()
    }


def reveal_purposes() -> Mapping[str, str]:
    """What closed fields may be looked at for: code → name, as the pack lists them."""
    folder = Path(settings.PACKS) / "access"
    return _purposes(folder, stamp(folder))


def log_in_policy(side: str = "BUREAU") -> LogInPolicy:
    """The profile that the settings name for colleagues or for businesses; PackError when there is none."""
    folder = Path(settings.PACKS) / "access"
    profiles = _read(folder, stamp(folder))
    name = settings.LOG_IN_PROFILE if side == "BUREAU" else settings.BUSINESS_LOG_IN_PROFILE
    if name not in profiles:
        raise PackError(f"access/{name}", "没有这个登录配置")
    return profiles[name]
