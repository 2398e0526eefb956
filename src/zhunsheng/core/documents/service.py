"""How documents are served, what a receipt must say, what may not go without what. The rules are data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from zhunsheng.core.documents.fields import Field, accept, read_field
from zhunsheng.core.packs.nodes import PackError, only_keys

METHOD_KEYS = {
    *("method", "name_zh", "name_en", "start", "receipt", "served_by", "returned_by", "clock", "confirmed"),
    "basis",
}


class Method(StrEnum):
    """The six ways in which a document is served. A short message is none of them."""

    DIRECT = "DIRECT"
    LEFT = "LEFT"
    ELECTRONIC = "ELECTRONIC"
    POSTAL = "POSTAL"
    ENTRUSTED = "ENTRUSTED"
    ANNOUNCEMENT = "ANNOUNCEMENT"


class ServiceRuleError(ValueError):
    """A service that the rules do not know, or that lacks what they ask for; the text says what to do."""


@dataclass(frozen=True, slots=True)
class MethodRule:
    """One way of service. `start` is filled when it begins, `receipt` when it is done.

    `served_by` names the receipt field whose day is the day of service; with a `clock` the day comes when
    the clock has run out. `returned_by` names the day that counts instead when the paper came back from an
    address that the recipient had confirmed. `confirmed`: only to such an address.
    """

    method: Method
    name_zh: str
    name_en: str
    start: Mapping[str, Field]
    receipt: Mapping[str, Field]
    served_by: str
    returned_by: str
    clock: str
    confirmed: bool
    basis: tuple[tuple[str, str, str], ...]

    def served_on(self, receipt: Mapping[str, Any], *, confirmed: bool) -> dt.date | None:
        """The day of service that a receipt proves; None when the paper only came back.

        `confirmed`: the address was one that the recipient had confirmed in writing.
        """
        given = receipt.get(self.served_by) or (confirmed and receipt.get(self.returned_by))
        return dt.date.fromisoformat(given) if given else None


@dataclass(frozen=True, slots=True)
class ServiceRules:
    """All ways, the channels of electronic service, and the kind of document that a service leaves."""

    methods: Mapping[Method, MethodRule]
    channels: tuple[str, ...]
    receipt_kind: str = ""

    def rule(self, method: str) -> MethodRule:
        """The rule of a way; ServiceRuleError for everything else, a short message included."""
        if method not in self.methods:
            ways = "、".join(rule.name_zh for rule in self.methods.values())
            raise ServiceRuleError(f"{method} 不是送达方式（短信只是通知）；可用：{ways}")
        return self.methods[Method(method)]

    def check_channel(self, channel: str) -> None:
        """Refuse a channel that gives no proof of arrival, such as a short message."""
        if channel not in self.channels:
            raise ServiceRuleError(f"{channel} 不能用于电子送达；可用：{'、'.join(self.channels)}")


@dataclass(frozen=True, slots=True)
class BundleRule:
    """`kind` may not be served without `needs` in the same service or served before, in the same matter."""

    kind: str
    needs: tuple[str, ...]
    why_zh: str

    def lacking(self, together: Iterable[str], before: Iterable[str]) -> list[str]:
        """Kinds that are missing when `together` are served and `before` were."""
        there = {*together, *before}
        return [kind for kind in self.needs if kind not in there] if self.kind in set(together) else []


def read_services(document: Mapping[str, Any], where: str) -> ServiceRules:
    """From a `zhunsheng.services/1` document."""
    only_keys(document, {"schema", "methods", "channels", "receipt_kind", "status"}, where)
    rules = [_rule(body, where) for body in document["methods"]]
    missing = sorted(set(Method) - {rule.method for rule in rules})
    if missing:
        raise PackError(where, f"缺少送达方式 {missing}")
    channels, kind = tuple(document["channels"]), str(document["receipt_kind"])
    return ServiceRules({rule.method: rule for rule in rules}, channels, kind)


def _rule(body: Mapping[str, Any], where: str) -> MethodRule:
    only_keys(body, METHOD_KEYS, where)
    path = f"{where}:{body['method']}"
    start, receipt = (
        {
            str(name): read_field(str(name), told, f"{path}.{part}.{name}")
            for name, told in body.get(part, {}).items()
        }
        for part in ("start", "receipt")
    )
    served_by, clock = str(body.get("served_by", "")), str(body.get("clock", ""))
    returned_by = str(body.get("returned_by", ""))
    if bool(clock) is bool(served_by) or {served_by, returned_by} - {"", *receipt}:
        raise PackError(path, "served_by 写回执中的日期字段；公告类写 clock，二者只写其一")
    basis = tuple((str(b["law"]), str(b["article"]), str(b["status"])) for b in body["basis"])
    return MethodRule(
        Method(body["method"]),
        str(body["name_zh"]),
        str(body["name_en"]),
        start,
        receipt,
        served_by,
        returned_by,
        clock,
        bool(body.get("confirmed", False)),
        basis,
    )


def read_bundles(document: Mapping[str, Any], where: str) -> tuple[BundleRule, ...]:
    """From a `zhunsheng.bundles/1` document."""
    only_keys(document, {"schema", "rules", "status"}, where)
    rules = []
    for body in document["rules"]:
        only_keys(body, {"kind", "needs", "why_zh"}, where)
        rules.append(BundleRule(str(body["kind"]), tuple(map(str, body["needs"])), str(body["why_zh"])))
    return tuple(rules)


def filled(fields: Mapping[str, Field], values: Mapping[str, object]) -> dict[str, Any]:
    """Values of a form as they are stored; ServiceRuleError for what is unknown or lacking."""
    unknown = sorted(set(values) - fields.keys())
    if unknown:
        raise ServiceRuleError(f"没有这些栏目：{'、'.join(unknown)}")
    lacking = [told.name_zh for name, told in fields.items() if told.required and not values.get(name)]
    if lacking:
        raise ServiceRuleError(f"须填写：{'、'.join(lacking)}")
    return {name: accept(fields[name], value) for name, value in values.items() if value}
