"""The interface fuzzed from its own description, with links really followed (F-17).

No answer is a 5xx, every answer keeps the description, nothing opens without its token. In a whole run each
database gets half of the calls.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import Case, GenerationMode
from schemathesis.generation.stateful.state_machine import StepInput, StepOutput

from tests.api.sender import BATCH, complaint, register, token
from tests.halves import half, share_of
from zhunsheng.foundation.tokens.purposes import Purpose

pytestmark = pytest.mark.django_db
CASES = {GenerationMode.POSITIVE: share_of(50), GenerationMode.NEGATIVE: share_of(16)}
WALKS = 12
# That a time lies between 1900 and 2199, that no text holds U+0000, and what a kind of fact may say are
# contracts, not shapes.
# A question to the lab must also be about a past period and a version that is there.
SENDING = ("POST /api/v1/events", "POST /api/v1/message-receipts", "POST /api/v1/replays")
BEYOND = {label: [schemathesis.checks.positive_data_acceptance] for label in SENDING}
# Addresses whose only parameter is a free text: every request keeps the description.
NOTHING_TO_VIOLATE = {"GET /api/v1/health", "GET /api/v1/openapi.json"}
FUZZ = settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def _open_line() -> Iterator[None]:
    """A served request ends its connection; in a test it is the test's own (as in Django's own client)."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def schema(db: None, _open_line: None) -> Any:
    register()
    found = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    # A body that is longer than allowed is refused as too large, which is no 400.
    refusals = found.config.checks.negative_data_rejection
    refusals.expected_statuses = [*refusals.expected_statuses, "413"]
    return found


def bearers() -> dict[str, str]:
    return {purpose.value: token("12315", purpose) for purpose in Purpose}


def statuses(strategy: Any, count: int, headers: dict[str, str], excluded: list[Any]) -> Counter[int]:
    """Every generated call kept the description; how many ended in which status."""
    seen: Counter[int] = Counter()

    @seed(half() or 0)
    @given(case=strategy)
    @settings(FUZZ, max_examples=count)
    def hold(case: Case[Any]) -> None:
        response = case.call_and_validate(headers=headers, excluded_checks=excluded)
        seen[response.status_code] += 1

    hold()
    return seen


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("purpose", [*Purpose.values, ""])
def test_every_operation_keeps_its_description(schema: Any, purpose: str, mode: GenerationMode) -> None:
    bearer = bearers().get(purpose, "zs_nobody_x")
    seen: Counter[int] = Counter()
    for found in schema.get_all_operations():
        operation = found.ok()
        if mode is GenerationMode.NEGATIVE and operation.label in NOTHING_TO_VIOLATE:
            continue
        strategy = operation.as_strategy(generation_mode=mode)
        headers = {"Authorization": f"Bearer {bearer}"}
        seen += statuses(strategy, CASES[mode], headers, BEYOND.get(operation.label, []))
    assert sum(seen.values()) >= CASES[mode]
    assert purpose or set(seen) <= {200, 401}, "nobody learns more than the description"


def test_the_links_lead_somewhere(schema: Any) -> None:
    """A fact that was taken is read back, and its subject looked up: the links of the description."""
    bearer = bearers()
    followed: Counter[str] = Counter()
    number = itertools.count()

    class Walk(schema.as_state_machine()):  # type: ignore[misc]
        def get_call_kwargs(self, case: Case[Any]) -> dict[str, Any]:
            purpose = "READ_REGISTER" if "/subjects" in case.path else "SEND_EVENTS"
            return {"headers": {"Authorization": f"Bearer {bearer[purpose]}"}}

        def before_call(self, case: Case[Any]) -> None:
            if case.operation.label == "POST /api/v1/events" and case.body:
                case.body, case.media_type = [complaint(f"N{next(number)}")], BATCH
                case.headers["Idempotency-Key"] = f"k{next(number)}"

        def validate_response(self, response: Any, case: Case[Any], **more: Any) -> None:
            # Tokens and wrong bodies are looked at operation by operation above; here the body was replaced.
            passed = [schemathesis.checks.ignored_auth, schemathesis.checks.negative_data_rejection]
            excluded = [*passed, *BEYOND.get(case.operation.label, [])]
            case.validate_response(response, excluded_checks=excluded)

        def step(self, input: StepInput) -> StepOutput:
            done = super().step(input)
            if input.is_applied:
                followed[f"{input.case.operation.label} {done.response.status_code}"] += 1
            return done  # type: ignore[no-any-return]

    Walk.run(settings=settings(FUZZ, max_examples=WALKS))
    for label in (
        "GET /api/v1/facts/{fact_id} 200",
        "GET /api/v1/subjects/{key} 200",
        "GET /api/v1/subjects 200",
    ):
        assert followed[label], followed
