"""Statutory clocks to the day: the stories, the table of deadlines, and what the law does not allow."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.deadlines import memory, sentences
from zhunsheng.core.deadlines.deadline import Deadline, DeadlineState, start
from zhunsheng.core.deadlines.reckoning import Reckoned, accrued_fen, days_accrued, reckon, state_at
from zhunsheng.core.deadlines.regimes import (
    Authority,
    DeadlineBook,
    PauseReason,
    UnknownClockError,
    UnlawfulClockError,
)
from zhunsheng.engine.library import open_library

HOUSE = Path(__file__).parents[3]
LIBRARY = open_library(HOUSE / "packs")
BOOK, CALENDAR = LIBRARY.clocks.book, LIBRARY.calendar


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def begin(key: str, on: str, *, law_of: str | None = None) -> Deadline:
    return start(BOOK, key, at(on), regime_on=day(law_of) if law_of else None)


def told(deadline: Deadline, book: DeadlineBook = BOOK) -> Reckoned:
    return reckon(deadline, CALENDAR, book)


@pytest.mark.parametrize(
    ("story", "key", "on", "law_of", "due"),
    [
        ("2: lead after a critical red", "lead.verify", "2026-08-11", None, "2026-09-01"),
        ("4: complaint of a frequent claimant", "complaint.accept", "2026-04-28", None, "2026-05-11"),
        ("4: the report in it", "lead.verify", "2026-04-28", None, "2026-05-21"),
        ("5: old rules, decision", "complaint.accept", "2026-04-14", None, "2026-04-23"),
        ("5: new rules, decision", "complaint.accept", "2026-04-15", None, "2026-04-24"),
        ("5: old rules, 45 workdays", "complaint.mediate", "2026-04-17", "2026-04-14", "2026-06-24"),
        ("5: new rules, 60 days roll", "complaint.mediate", "2026-04-20", "2026-04-15", "2026-06-22"),
        ("9: annulled decision", "penalty.withdraw", "2026-09-24", None, "2026-09-30"),
        ("10: notice of simple deregistration", "deregistration.notice", "2026-05-11", None, "2026-06-01"),
        ("10: objection to a sole trader", "deregistration.objection", "2026-05-11", None, "2026-05-21"),
        ("17: fine paid", "fine.pay", "2026-09-22", None, "2026-10-08"),
        ("17: reconsideration", "remedy.reconsideration", "2026-09-22", None, "2026-11-23"),
        ("17: summary file archived", "summary.archive", "2026-09-22", None, "2026-10-09"),
        ("18: new verification after a failed recheck", "lead.verify", "2026-06-12", None, "2026-07-06"),
    ],
)
def test_the_stories_to_the_day(story: str, key: str, on: str, law_of: str | None, due: str) -> None:
    assert str(told(begin(key, on, law_of=law_of)).due_on) == due, story


def test_story_17_without_the_weekend_setting() -> None:
    strict = DeadlineBook(BOOK.rows, BOOK.counting, weekends_roll=False)
    assert str(told(begin("remedy.reconsideration", "2026-09-22"), strict).due_on) == "2026-11-21"
    assert str(told(begin("fine.pay", "2026-09-22"), strict).due_on) == "2026-10-08"


@pytest.mark.parametrize(
    ("key", "on", "due"),
    [
        ("hearing.notice", "2026-10-12", "2026-09-24"),  # 10-10 and 10-09, 10-08, 09-30 to 09-28, then 09-24
        ("equipment.apply", "2026-07-31", "2026-06-30"),
        ("production_permit.renew", "2027-03-31", "2026-09-30"),
        ("remedy.litigation", "2025-08-31", "2026-02-28"),
        ("annual_report", "2026-03-05", "2026-06-30"),
        ("annual_report", "2026-07-01", "2027-06-30"),
        ("platform.report", "2026-02-01", "2026-07-31"),
        ("limitation.ordinary", "2024-02-29", "2026-02-28"),
    ],
)
def test_backward_months_and_seasons(key: str, on: str, due: str) -> None:
    assert str(told(begin(key, on)).due_on) == due


def test_days_of_the_penalty_law_are_workdays_because_an_article_says_so() -> None:
    trace = told(begin("hearing.notice", "2026-10-12")).why_zh()
    assert "行政处罚法 85" in trace and "工作日" in trace
    plain = DeadlineBook(BOOK.rows, (), BOOK.weekends_roll)
    assert str(told(begin("hearing.notice", "2026-10-12"), plain).due_on) == "2026-10-05"


def test_a_test_period_is_not_counted_and_said_so() -> None:
    lead = begin("lead.verify", "2026-08-11").paused(
        PauseReason.TESTING, day("2026-08-17"), day("2026-08-28")
    )
    reckoned = told(lead)
    assert str(reckoned.due_on) == "2026-09-15"
    assert "2026-08-17 至 2026-08-28" in reckoned.why_zh()
    assert state_at(lead, reckoned, at("2026-08-20")) is DeadlineState.PAUSED
    assert state_at(lead, reckoned, at("2026-08-31")) is DeadlineState.RUNNING


def test_an_open_pause_has_no_end_yet() -> None:
    lead = begin("lead.verify", "2026-08-11").paused(PauseReason.TESTING, day("2026-08-17"))
    assert told(lead).due_on is None
    assert state_at(lead, told(lead), at("2027-01-01")) is DeadlineState.PAUSED
    assert str(told(lead.resumed(day("2026-08-28"))).due_on) == "2026-09-15"


def test_extensions_in_their_order_by_their_authority() -> None:
    case = begin("case.decide", "2026-01-05")
    due = told(case).due_on
    assert str(due) == "2026-04-07"  # 04-05 lies in the holiday of Qingming
    longer = case.extended(by=Authority.LEADER, decided_on=day("2026-04-01"), due_on=due, reason="案情复杂")
    assert str(told(longer).due_on) == "2026-05-06"  # 05-05 is a holiday
    assert state_at(longer, told(longer), at("2026-04-20")) is DeadlineState.EXTENDED
    last = longer.extended(
        by=Authority.COLLECTIVE,
        decided_on=day("2026-05-05"),
        due_on=told(longer).due_on,
        reason="案情特别复杂",
        length=60,
    )
    assert str(told(last).due_on) == "2026-07-06"  # 07-04 is a Saturday
    assert last.next_extension is None


@pytest.mark.parametrize(
    ("by", "decided", "reason", "length"),
    [
        (Authority.COLLECTIVE, "2026-04-01", "案情复杂", None),
        (Authority.LEADER, "2026-04-08", "案情复杂", None),
        (Authority.LEADER, "2026-04-01", " ", None),
        (Authority.LEADER, "2026-04-01", "案情复杂", 60),
    ],
)
def test_an_extension_the_law_does_not_know_is_refused(
    by: Authority, decided: str, reason: str, length: int | None
) -> None:
    case = begin("case.decide", "2026-01-05")
    with pytest.raises(UnlawfulClockError):
        case.extended(by=by, decided_on=day(decided), due_on=told(case).due_on, reason=reason, length=length)


def test_pauses_the_law_does_not_know_are_refused() -> None:
    with pytest.raises(UnlawfulClockError, match="HEARING"):
        begin("lead.verify", "2026-08-11").paused(PauseReason.HEARING, day("2026-08-12"))
    lead = begin("lead.verify", "2026-08-11").paused(PauseReason.TESTING, day("2026-08-12"))
    with pytest.raises(UnlawfulClockError, match="重叠"):
        lead.paused(PauseReason.TESTING, day("2026-08-20"))
    with pytest.raises(UnlawfulClockError, match="起算日"):
        begin("lead.verify", "2026-08-11").paused(PauseReason.TESTING, day("2026-08-01"), day("2026-08-02"))


def test_the_surcharge_stops_while_remedies_run_and_never_exceeds_the_fine() -> None:
    late = begin("fine.surcharge", "2026-10-08")
    accrual = late.regime.accrual
    assert accrual is not None
    assert accrued_fen(accrual, 1_000_000, days_accrued(late, day("2026-10-18"))) == 300_000
    waiting = late.paused(PauseReason.REMEDIES, day("2026-10-12"), day("2026-12-31"))
    assert accrued_fen(accrual, 1_000_000, days_accrued(waiting, day("2026-12-31"))) == 90_000
    assert accrued_fen(accrual, 1_000_000, days_accrued(late, day("2027-12-31"))) == 1_000_000
    assert (told(late).due_on or day("1900-01-01")) - day("2026-10-08") == dt.timedelta(days=34)


def test_met_in_time_late_and_a_waiting_period() -> None:
    lead = begin("lead.verify", "2026-08-11")
    reckoned = told(lead)
    assert state_at(lead.met(at("2026-09-01 23:59:59")), reckoned, at("2026-09-02")) is DeadlineState.MET
    assert state_at(lead.met(at("2026-09-02")), reckoned, at("2026-09-02")) is DeadlineState.MISSED
    assert state_at(lead, reckoned, at("2026-09-01 23:59:59")) is DeadlineState.RUNNING
    assert state_at(lead, reckoned, at("2026-09-02")) is DeadlineState.MISSED
    closing = begin("shop.close", "2026-06-01")
    assert state_at(closing, told(closing), at("2026-08-01")) is DeadlineState.MET


def test_no_law_of_the_day_is_said() -> None:
    with pytest.raises(UnknownClockError, match=r"report\.told"):
        begin("report.told", "2026-04-15")
    with pytest.raises(UnknownClockError, match=r"complaint\.accept"):
        begin("complaint.acept", "2026-04-15")


def test_beyond_the_announced_years_nothing_is_guessed() -> None:
    workdays = told(begin("lead.verify", "2026-12-25"))
    assert workdays.due_on is None and "2027 年放假安排尚未公布" in workdays.why_zh()
    natural = told(begin("case.decide", "2026-12-01"))
    assert str(natural.due_on) == "2027-03-01" and natural.provisional
    announced = CALENDAR.with_year(2027, [dt.date(2027, 1, 1)], [])
    assert str(reckon(begin("lead.verify", "2026-12-25"), announced, BOOK).due_on) == "2027-01-18"


def test_the_regime_of_a_running_clock_survives_as_data() -> None:
    lead = begin("lead.verify", "2026-08-11").paused(
        PauseReason.TESTING, day("2026-08-17"), day("2026-08-28")
    )
    again = memory.from_json(memory.to_json(lead))
    assert told(again) == told(lead)
    for key in BOOK.rows:
        one = begin(key, "2026-03-02")
        assert told(memory.from_json(memory.to_json(one))) == told(one), key


def test_every_sentence_can_be_said_in_both_languages() -> None:
    for key in BOOK.rows:
        reckoned = told(begin(key, "2026-03-02"))
        assert reckoned.trace
        for sentence in reckoned.trace:
            assert "%" not in sentence.zh()
            sentence.say(lambda text: text, english=True)
    name = sentences.Name("收到投诉", "receipt")
    assert sentences.Sentence("%(x)s", {"x": name}).say(lambda text: text, english=True) == "receipt"


def test_all_forty_five_rows_of_the_appendix_have_their_clocks() -> None:
    """Each row of the appendix may be several clocks (old and new regime); none is missing."""
    assert len({row.appendix for row in BOOK.rows.values()} - {""}) == 45
