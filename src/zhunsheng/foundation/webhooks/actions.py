"""Subscribing, keys, feeding from the log, replaying, and switching off what has failed for long."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from secrets import token_hex

from django.db import transaction
from django.utils.translation import gettext as _

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import moment
from zhunsheng.foundation.accounts.secrets import fingerprint, seal
from zhunsheng.foundation.evidence import actions as evidence
from zhunsheng.foundation.evidence import queries as log
from zhunsheng.foundation.evidence.queries import LoggedAct
from zhunsheng.foundation.outbox import actions as outbox
from zhunsheng.foundation.outbox import queries as sent
from zhunsheng.foundation.webhooks import signing
from zhunsheng.foundation.webhooks.models import Subscription, SubscriptionState
from zhunsheng.foundation.webhooks.sending import topic_of, why_closed
from zhunsheng.foundation.webhooks.terms import webhook_terms

POWER = "connector.manage"
LEAVES_A_TURN = 2_000
REPLAY_ROWS_MAX = 10_000
AGAIN_BYTES, NAME_DIGITS = 6, 32
EVERYTHING = Viewer.bureau("webhooks")


# Target → the district in which the record lies; what is not told lies in none.
Places = Callable[[Collection[str]], Mapping[str, str]]


class WebhookError(Exception):
    """A subscription that cannot be made or changed so; the text says why."""


def _held(number: int) -> Subscription:
    row = Subscription.objects.select_for_update().filter(id=number).first()
    if row is None:
        raise WebhookError(_("没有这项推送"))
    return row


def _audit(by: Actor, at: datetime, row: Subscription, action: str, **detail: object) -> None:
    evidence.record(by=by, at=at, action=action, target=f"webhook:{row.id}", detail=detail)


def subscribe(
    *, by: Actor, at: datetime, name: str, url: str, types: Sequence[str], district: str = ""
) -> tuple[int, str]:
    """(number, key) of a new subscription; the key is not shown again. It is told what comes from now on.

    With a district it is told of nothing that lies elsewhere, nor of what lies in no district.
    """
    by.require_person("设立推送", POWER)
    closed = why_closed(url)
    if closed == "HOST":
        raise WebhookError(_("这个主机不在允许推送的名单中（ZHUNSHENG_WEBHOOK_HOSTS）"))
    if closed or not name.strip():
        raise WebhookError(_("请写名称和完整的 https 地址，不带用户名和 #"))
    if not types or not set(types) <= set(webhook_terms().names_zh):
        raise WebhookError(_("请选择要推送的事件"))
    key = signing.new_key()
    with transaction.atomic():
        era, place = log.log_end(viewer=EVERYTHING)
        row = Subscription.objects.create(
            name=name.strip()[:100],
            url=url,
            types=sorted(types),
            district=district,
            owner=by.key,
            made_at=at,
            state_at=at,
            key=seal(key, owner=url),
            era=era,
            place=place,
        )
        _audit(by, at, row, "WEBHOOK_MADE", url=url, types=sorted(types), district=district)
    return row.id, signing.shown(key)


def change_key(*, by: Actor, at: datetime, number: int) -> str:
    """A new key, shown this once; the old one signs as well for the hours of the pack."""
    by.require_person("更换推送密钥", POWER)
    key = signing.new_key()
    with transaction.atomic():
        row = _held(number)
        row.old_key, row.old_key_until = row.key, at + webhook_terms().old_key
        row.key = seal(key, owner=row.url)
        row.save(update_fields=["key", "old_key", "old_key_until"])
        _audit(by, at, row, "WEBHOOK_KEY_CHANGED")
    return signing.shown(key)


def set_state(*, by: Actor, at: datetime, number: int, state: str, reason: str) -> None:
    """Pause, or go on from the leaf where it stopped."""
    by.require_person("启停推送", POWER)
    if state not in {SubscriptionState.ACTIVE, SubscriptionState.PAUSED} or not reason.strip():
        raise WebhookError(_("请写明理由"))
    with transaction.atomic():
        row = _held(number)
        row.state, row.state_reason, row.state_at, row.failing_since = state, reason, at, None
        row.save(update_fields=["state", "state_reason", "state_at", "failing_since"])
        _audit(by, at, row, f"WEBHOOK_{state}", why=reason)


def _entry(
    row: Subscription, act: LoggedAct, kind: str, again: str = ""
) -> tuple[str, dict[str, object], str]:
    name = f"msg_{act.era}_{act.index}"
    if row.district:  # the place in the log would tell how much happens elsewhere
        name = f"msg_{fingerprint(f'{row.id}:{act.era}:{act.index}', 'webhook')[:NAME_DIGITS]}"
    told: dict[str, object] = {"type": kind, "id": act.target, "timestamp": act.at.isoformat()}
    return (f"{name}#{again}" if again else name, told, act.target)


def _entries(
    row: Subscription, acts: Sequence[LoggedAct], places: Places, again: str = ""
) -> list[tuple[str, dict[str, object], str]]:
    """What a subscription is told of these acts: the types that it wants, in its district if it has one."""
    types = webhook_terms().type_of
    told = [(act, kind) for act in acts if (kind := types.get(act.action)) in row.types]
    if row.district:
        where = places({act.target for act, _ in told})
        told = [(act, kind) for act, kind in told if where.get(act.target) == row.district]
    return [_entry(row, act, str(kind), again) for act, kind in told]


def feed(*, by: Actor, at: datetime, places: Places) -> int:
    """Put what the log has gained before every active subscription, in the order of the log; how many."""
    total = 0
    for number in Subscription.objects.filter(state=SubscriptionState.ACTIVE).values_list("id", flat=True):
        with transaction.atomic():
            row = _held(number)
            acts = log.acts_from(viewer=EVERYTHING, era=row.era, index=row.place, rows_max=LEAVES_A_TURN)
            entries = _entries(row, acts, places)
            outbox.put_many(by=by, at=at, topic=topic_of(row.id), entries=entries)
            if acts:
                row.era, row.place = acts[-1].era, acts[-1].index + 1
                row.save(update_fields=["era", "place"])
            total += len(entries)
    return total


def replay(*, by: Actor, at: datetime, number: int, since: datetime, until: datetime, places: Places) -> int:
    """Send again what was told in a span of time (both ends included), under the same ids; how many."""
    by.require_person("重发推送", POWER)
    terms = webhook_terms()
    with transaction.atomic():
        row = _held(number)
        acts = log.acts_between(
            viewer=EVERYTHING, since=since, until=until, actions=list(terms.type_of), rows_max=REPLAY_ROWS_MAX
        )
        past = [a for a in acts if (a.era, a.index) < (row.era, row.place)]
        entries = _entries(row, past, places, token_hex(AGAIN_BYTES))
        outbox.put_many(by=by, at=at, topic=topic_of(row.id), entries=entries)
        _audit(
            by, at, row, "WEBHOOK_REPLAYED", since=since.isoformat(), until=until.isoformat(), n=len(entries)
        )
    return len(entries)


def replay_one(*, by: Actor, at: datetime, number: int, key: str) -> None:
    """Send one delivery again, under the same id."""
    by.require_person("重发推送", POWER)
    with transaction.atomic():
        row = _held(number)
        payload = sent.payload_of(viewer=EVERYTHING, topic=topic_of(row.id), key=key)
        if payload is None:
            raise WebhookError(_("没有这条推送"))
        again = f"{key.partition('#')[0]}#{token_hex(AGAIN_BYTES)}"
        outbox.put(
            by=by, at=at, topic=topic_of(row.id), key=again, payload=payload, order_key=str(payload["id"])
        )
        _audit(by, at, row, "WEBHOOK_REPLAYED", key=key)


def judge(*, by: Actor, at: datetime) -> list[int]:
    """Note who fails and since when, and switch off who has taken nothing for too long; whom it was."""
    ended, terms = [], webhook_terms()
    for number in Subscription.objects.filter(state=SubscriptionState.ACTIVE).values_list("id", flat=True):
        with transaction.atomic():
            row = _held(number)
            last = sent.last_attempt(viewer=EVERYTHING, topic=topic_of(row.id))
            if last is None:
                continue
            finished_at, outcome = last
            if outcome == "ACCEPTED":
                row.failing_since = None
            elif row.failing_since is None:
                row.failing_since = max(finished_at, row.state_at)
            elif finished_at - row.failing_since >= terms.disable_after:
                row.state, row.state_at = SubscriptionState.DISABLED, at
                row.state_reason = _("自 %(since)s 起没有一次成功") % {
                    "since": f"{moment(int(row.failing_since.timestamp())):%Y-%m-%d %H:%M}"
                }
                _audit(by, at, row, "WEBHOOK_DISABLED", why=row.state_reason, owner=row.owner)
                ended.append(row.id)
            row.save(update_fields=["failing_since", "state", "state_at", "state_reason"])
    return ended
