"""A leaf is opened by its own salt and its own content only, both in their one spelling."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.tlog.leaves import SALT_BYTES, Event, LeafError, check_entry, entry_of

SALT = b"s" * SALT_BYTES
SEEN = Event(1, datetime(2026, 9, 30, 9, tzinfo=SHANGHAI), "PERSON", "P", "程岚", "SEEN", "subject:S", {})


@pytest.mark.parametrize(
    ("salt", "content"),
    [
        (b"t" * SALT_BYTES, SEEN.content()),
        (SALT[:-1], SEEN.content()),
        (SALT, SEEN.content().replace(b"SEEN", b"KEPT")),
        (SALT, json.dumps(json.loads(SEEN.content())).encode()),
        (SALT, b"no JSON"),
        (SALT, b"[]"),
        (SALT, b"{}"),
    ],
)
def test_nothing_else_opens_a_leaf(salt: bytes, content: bytes) -> None:
    entry = entry_of(SEEN, SALT)
    check_entry(entry, SALT, SEEN.content())
    with pytest.raises(LeafError):
        check_entry(entry, salt, content)
