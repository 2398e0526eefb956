"""The law base to be leafed through: all laws, one whole text, two texts beside each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from zhunsheng.core.actors import Viewer
from zhunsheng.core.listing import Listed, Part
from zhunsheng.core.statutes.numerals import write_number
from zhunsheng.core.statutes.references import Place
from zhunsheng.foundation.seeking import seek
from zhunsheng.registers.statutes.models import Article, Law, LawVersion

IN_FORCE, NOT_YET, REPEALED = "IN_FORCE", "NOT_YET", "REPEALED"


@dataclass(frozen=True, slots=True)
class LawCard:
    """One law. `since` is the first day of its text of the day, None where there is none."""

    id: int
    name: str
    state: str
    since: date | None
    date_source: str
    source: str
    texts: int
    repealed_on: date | None


@dataclass(frozen=True, slots=True)
class TextCard:
    """One text of a law, as it was imported."""

    id: int
    valid_from: date
    date_source: str
    source: str
    findings: tuple[str, ...]
    imported_by: str


@dataclass(frozen=True, slots=True)
class ArticleText:
    """One article of a text: `key` for an address, `heading` as statutes write it."""

    number: int
    branch: int
    division: str
    paragraphs: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def key(self) -> str:
        """As citations write it, 83 or 83-1."""
        return f"{self.number}-{self.branch}" if self.branch else str(self.number)

    @property
    def heading(self) -> str:
        """第八十三条, 第八十三条之一."""
        branch = f"之{write_number(self.branch)}" if self.branch else ""
        return f"第{write_number(self.number)}条{branch}"

    @property
    def text(self) -> str:
        """A line for each paragraph and item."""
        return "\n".join(line for text, items in self.paragraphs for line in (text, *items) if line)


def listed(*, viewer: Viewer, part: Part, on: date, words: str = "", state: str = "") -> Listed[LawCard]:
    """Laws with their standing on a day, by words of the name and by standing."""
    del viewer
    rows = Law.objects.annotate(texts=Count("versions"), **_newest(on))
    if words:
        rows = rows.filter(name__icontains=words)
    repealed = Q(repealed_on__lte=on)
    match state:
        case "REPEALED":
            rows = rows.filter(repealed)
        case "IN_FORCE":
            rows = rows.exclude(repealed).filter(since__isnull=False)
        case "NOT_YET":
            rows = rows.exclude(repealed).filter(since__isnull=True)
    return seek(rows, part, lambda row: _law(row, on))


def _newest(on: date) -> dict[str, Subquery]:
    texts = LawVersion.objects.filter(law=OuterRef("pk"), valid_from__lte=on).order_by("-valid_from")
    named = {"since": "valid_from", "how": "date_source", "origin": "source"}
    return {name: Subquery(texts.values(field)[:1]) for name, field in named.items()}


def _law(row: Law, on: date) -> LawCard:
    told: Mapping[str, object] = vars(row)
    since = told["since"]
    gone = row.repealed_on is not None and row.repealed_on <= on
    return LawCard(
        row.id,
        row.name,
        REPEALED if gone else IN_FORCE if since else NOT_YET,
        since if isinstance(since, date) else None,
        str(told["how"] or ""),
        str(told["origin"] or ""),
        int(str(told["texts"])),
        row.repealed_on,
    )


def law(*, viewer: Viewer, number: int, on: date) -> LawCard | None:
    """One law by its number."""
    del viewer
    row = Law.objects.filter(id=number).annotate(texts=Count("versions"), **_newest(on)).first()
    return _law(row, on) if row else None


def numbers(*, viewer: Viewer, names: set[str]) -> dict[str, int]:
    """Full name → number, of those that are installed."""
    del viewer
    return dict(Law.objects.filter(name__in=names).values_list("name", "id"))


def texts(*, viewer: Viewer, number: int) -> list[TextCard]:
    """Every text of a law, newest first."""
    del viewer
    rows = LawVersion.objects.filter(law=number).order_by("-valid_from")
    return [
        TextCard(r.id, r.valid_from, r.date_source, r.source, tuple(r.findings), r.imported_by) for r in rows
    ]


def articles(*, viewer: Viewer, text: int, place: Place | None = None) -> list[ArticleText]:
    """The articles of a text in their order, or the one at a place."""
    del viewer
    rows = Article.objects.filter(version=text).order_by("number", "branch")
    if place is not None:
        rows = rows.filter(number=place.number, branch=place.branch)
    return [_article(row) for row in rows]


def compared(*, viewer: Viewer, old: int, new: int) -> list[tuple[ArticleText | None, ArticleText | None]]:
    """Every article that is not the same in both texts; None where one has no such article."""
    before, after = (
        {(a.number, a.branch): a for a in articles(viewer=viewer, text=text)} for text in (old, new)
    )
    told = [(before.get(key), after.get(key)) for key in sorted(before | after)]
    return [(a, b) for a, b in told if a is None or b is None or a.paragraphs != b.paragraphs]


def placed(*, viewer: Viewer, name: str, place: Place, on: date, top: int = 20) -> list[LawArticle]:
    """The article of this number in the text of the day, in every law whose name has these words."""
    del viewer
    rows: QuerySet[Article] = Article.objects.filter(
        version__law__name__icontains=name,
        number=place.number,
        branch=place.branch,
        version__valid_from=_day_of_text(on),
    ).exclude(version__law__repealed_on__lte=on)
    named = rows.annotate(law_id=F("version__law_id"), law_name=F("version__law__name"))
    found = [LawArticle(vars(r)["law_id"], vars(r)["law_name"], _article(r)) for r in named]
    return sorted(found, key=lambda one: len(one.law))[:top]


@dataclass(frozen=True, slots=True)
class LawArticle:
    """An article with the law it stands in."""

    law_id: int
    law: str
    article: ArticleText


def _day_of_text(on: date) -> Subquery:
    texts = LawVersion.objects.filter(law=OuterRef("version__law"), valid_from__lte=on)
    return Subquery(texts.order_by("-valid_from").values("valid_from")[:1])


def _article(row: Article) -> ArticleText:
    paragraphs = tuple((text, tuple(items)) for text, items in row.paragraphs)
    return ArticleText(row.number, row.branch, row.division, paragraphs)
