"""Filters and pages that live in the address, so that what is seen can be sent to a colleague."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, QueryDict

ROWS_A_PAGE = 50
PAGE_MAX = 100_000


@dataclass(frozen=True, slots=True)
class Paging:
    """Where a list stands. `previous_query` and `next_query` are addresses' ends, '' when there is none."""

    number: int
    total: int
    pages: int
    previous_query: str
    next_query: str


def page_number(request: HttpRequest) -> int:
    """The page asked for; 1 for nonsense."""
    told = request.GET.get("page", "1")
    return min(int(told), PAGE_MAX) if told.isascii() and told.isdigit() and int(told) > 0 else 1


def paging(request: HttpRequest, total: int) -> Paging:
    """Where this page stands among the rows of its list."""
    number, pages = page_number(request), max(1, -(-total // ROWS_A_PAGE))
    return Paging(
        number,
        total,
        pages,
        _query(request.GET, min(number - 1, pages)) if number > 1 else "",
        _query(request.GET, number + 1) if number < pages else "",
    )


def _query(asked: QueryDict, page: int) -> str:
    copy = asked.copy()
    copy["page"] = str(page)
    return copy.urlencode()
