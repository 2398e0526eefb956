"""What a proof finds, and the policy it holds a pack against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """An ERROR stops publication; a WARNING is to be read by a person."""

    ERROR = "ERROR"
    WARNING = "WARNING"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: which check, where (`T02-1.yellow`), what is wrong and what to do, in Chinese.

    `about` names the kind or the field that it is about, '' where it is about the whole place.
    """

    severity: Severity
    check: str
    path: str
    text_zh: str
    cure_zh: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """What no yardstick may do, read from packs/policy/forbidden_features.yaml: name → reason."""

    fields: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    no_points: Mapping[str, str] = field(default_factory=dict)
    exposure_needed: Mapping[str, str] = field(default_factory=dict)
    one_is_not_enough: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_policy(document: Mapping[str, Any]) -> Policy:
    """The policy file as a Policy. Raises KeyError when a part is missing."""

    def reasons(part: str) -> dict[str, str]:
        return {name: str(body["reason_zh"]) for name, body in document[part].items()}

    return Policy(
        fields=reasons("fields"),
        kinds=reasons("kinds"),
        no_points=reasons("no_points"),
        exposure_needed=reasons("exposure_needed"),
        one_is_not_enough={
            kind: tuple(body["verified_by"]) for kind, body in document["one_is_not_enough"].items()
        },
    )
