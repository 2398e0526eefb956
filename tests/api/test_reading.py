"""Programs read the public part of the register and the facts that their own source reported."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.api.sender import CLERK, E1, answered, complaint, now, register, send, token
from zhunsheng.foundation.tokens.purposes import Purpose
from zhunsheng.registers.registry import actions as registry
from zhunsheng.sensing.objections.models import Objection

pytestmark = pytest.mark.django_db
SUBJECTS, SUBJECT, FACT = "/api/v1/subjects", "/api/v1/subjects/{key}", "/api/v1/facts/{fact_id}"


def get(address: str, bearer: str, described: str = SUBJECTS) -> Any:
    response = Client().get(address, headers={"Authorization": f"Bearer {bearer}"})
    return response.status_code, answered(response, described, "get")


@pytest.fixture
def reader() -> str:
    return token(source="", purpose=Purpose.READ_REGISTER)


def fill(count: int) -> list[str]:
    """So many shops without a code, alternately in two districts."""
    keys = []
    for n in range(count):
        key = f"ZS-98010{2 + n % 2}-{n:06d}"
        record = registry.SubjectRecord(
            key, "NATURAL_PERSON_SHOP", f"网店{n}", f"98010{2 + n % 2}", "5292", date(2020, 1, 1), phone="1"
        )
        registry.record_subject(by=CLERK, at=now(), record=record)
        keys.append(key)
    return sorted(keys)


def test_every_page_leads_to_the_next_and_nobody_is_met_twice(reader: str) -> None:
    keys, met, address = fill(7), [], f"{SUBJECTS}?limit=3"
    while address:
        status, page = get(address, reader)
        assert status == 200 and len(page["items"]) <= 3
        met += [one["key"] for one in page["items"]]
        address = page["next"]
    assert met == keys
    assert [one["key"] for one in get(f"{SUBJECTS}?division=980103", reader)[1]["items"]] == [
        key for key in keys if "980103" in key
    ]
    assert get(f"{SUBJECTS}?state=REVOKED", reader)[1] == {"items": [], "next": None}


def test_a_page_costs_the_same_however_many_there_are(reader: str) -> None:
    counts = []
    get(SUBJECTS, reader)  # the first use of a token is noted
    for more in (3, 30):
        fill(more)
        with CaptureQueriesContext(connection) as told:
            get(f"{SUBJECTS}?limit=2", reader)
        counts.append(len(told))
    assert counts[0] == counts[1]


def test_nothing_internal_is_told(reader: str) -> None:
    register()
    (one,) = get(SUBJECTS, reader)[1]["items"]
    public = {"key", "kind", "name", "state", "division", "industry", "established_on"}
    assert set(one) == public
    assert set(get(f"{SUBJECTS}/{E1}", reader, SUBJECT)[1]) == public | {"names", "belongings"}


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=x", "state=GONE", "after=%2F", "page=2", "limit=1&limit=2", "division=a"]
)
def test_a_parameter_that_is_none_is_named(reader: str, query: str) -> None:
    status, problem = get(f"{SUBJECTS}?{query}", reader)
    assert status == 400 and problem["type"].endswith("bad-query")
    assert query.partition("=")[0] in problem["errors"][0]["detail"]


def test_a_source_reads_back_what_it_reported_and_nobody_else_does() -> None:
    register()
    bearer = token()
    (first,) = answered(send([complaint()], bearer=bearer))["events"]
    address = f"/api/v1/facts/{first['fact_id']}"
    told = get(address, bearer, FACT)[1]
    assert (told["subject"], told["type"], told["corrected_by"]) == (E1, "COMPLAINT", [])
    assert told["under_objection"] is False
    Objection.objects.create(
        subject=E1, fact=first["fact_id"], kind="COMPLAINT", reason="不是我店", filed_by="x", filed_at=now()
    )
    assert get(address, bearer, FACT)[1]["under_objection"] is True
    other = {"number": "N1", "topic": "PRICE", "excluded": True}
    changed = complaint(id="e-2", supersedes=first["fact_id"], data=other)
    (second,) = answered(send([changed], bearer=bearer, key="k2"))["events"]
    gone = complaint(id="e-3", retracts=second["fact_id"], data=other)
    answered(send([gone], bearer=bearer, key="k3"))
    assert get(address, bearer, FACT)[1]["corrected_by"] == [second["fact_id"]]
    assert len(get(f"/api/v1/facts/{second['fact_id']}", bearer, FACT)[1]["retracted_by"]) == 1
    assert get(address, token(source="equipment"), FACT)[0] == 404
    assert get("/api/v1/facts/none", bearer, FACT)[0] == 404


def test_a_token_is_good_for_its_purpose_only(reader: str) -> None:
    register()
    assert get(SUBJECTS, token())[0] == 403
    assert get("/api/v1/facts/x", reader, FACT)[0] == 403
    assert get(SUBJECTS, "zs_no_token")[0] == 401
    assert get(f"{SUBJECTS}/{E1}", reader, SUBJECT)[0] == 200
    assert get(f"{SUBJECTS}/91980102MA100A1B2X", reader, SUBJECT)[0] == 404
    assert get(f"{SUBJECTS}/{E1}?x=1", reader, SUBJECT)[0] == 400


def test_who_was_withdrawn_is_gone(reader: str) -> None:
    (key,) = fill(1)
    registry.withdraw(by=CLERK, at=now(), keys=[key], reason="撤销导入")
    assert get(SUBJECTS, reader)[1]["items"] == []
    assert get(f"{SUBJECTS}/{key}", reader, SUBJECT)[0] == 404
