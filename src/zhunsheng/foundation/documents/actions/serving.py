"""Serving: an attempt begins, its receipt is recorded, or it fails; announcements end by their clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from zhunsheng.core.actors import Actor
from zhunsheng.core.clock import day_end, day_start, moment
from zhunsheng.core.deadlines.deadline import start as start_clock
from zhunsheng.core.deadlines.reckoning import Reckoned
from zhunsheng.core.documents.fields import written
from zhunsheng.core.documents.service import Method, MethodRule, ServiceRuleError, filled
from zhunsheng.foundation.documents.actions.addresses import POSTAL
from zhunsheng.foundation.documents.actions.drafting import NewDocument, Recipient
from zhunsheng.foundation.documents.actions.issuing import issue_new
from zhunsheng.foundation.documents.lifecycle import DocumentState, DocumentStepError, ServiceState, StepKind
from zhunsheng.foundation.documents.models import Document, ServedDocument, Service, ServiceAddress
from zhunsheng.foundation.documents.terms import DocumentTerms
from zhunsheng.foundation.documents.writing import day_of, end_serve_clock, locked, move, note, template_of
from zhunsheng.foundation.schedule import actions as schedule
from zhunsheng.foundation.schedule.actions import deadlines
from zhunsheng.foundation.schedule.actions.deadlines import Matter

TOPIC = "document.service"


def start(
    *,
    by: Actor,
    at: datetime,
    documents: Sequence[int],
    method: str,
    values: Mapping[str, object],
    terms: DocumentTerms,
) -> int:
    """Begin to serve documents together to their one recipient; the id of the attempt.

    ServiceRuleError for what is no service (a short message), a kind that may not go without another, an
    address that was not confirmed; DocumentStepError for documents that are not to be served.
    """
    by.require_person("送达文书", "document.serve")
    rule = terms.catalogue.services.rule(method)
    with transaction.atomic():
        rows = [locked(document_id) for document_id in sorted(set(documents))]
        _check_rows(rows)
        _check_bundle(rows, terms)
        given = filled(rule.start, values)
        service = Service.objects.create(
            shared_with=rows[0].shared_with,
            owner=rows[0].owner,
            method=rule.method.value,
            state=ServiceState.STARTED.value,
            started_at=at,
            started_by=by.name,
            start=given,
            address=_address(rows[0].shared_with, rule, given, terms, day_of(at)),
        )
        ServedDocument.objects.bulk_create(ServedDocument(service=service, document=row) for row in rows)
        for row in rows:
            note(by, at, row, StepKind.SERVICE_STARTED, rule.name_zh, method=method, service=service.id)
        if rule.clock:
            _start_announcement(by, at, service, rule, rows, terms)
    return service.id


def complete(
    *, by: Actor, at: datetime, service_id: int, receipt: Mapping[str, object], terms: DocumentTerms
) -> date:
    """Record the receipt that proves the service; the day of service.

    The documents count as served, their clocks start, and a receipt of service is issued.
    """
    by.require_person("登记送达回证", "document.serve")
    with transaction.atomic():
        service = _started(service_id)
        rule = terms.catalogue.services.rule(service.method)
        if rule.clock:
            raise ServiceRuleError("公告送达期满自动视为送达，不需要登记回证")
        told = filled(rule.receipt, receipt)
        served_on = rule.served_on(told, confirmed=service.address is not None)
        if served_on is None:
            raise ServiceRuleError("没有签收日期；邮件退回的，只有送达到确认过的地址才视为送达")
        if served_on > day_of(at) or served_on < day_of(service.started_at):
            raise ServiceRuleError("送达日期不能早于开始送达，也不能晚于今天")
        _finish(by, at, service, rule, told, served_on, terms)
    return served_on


def fail(*, by: Actor, at: datetime, service_id: int, text: str, terms: DocumentTerms) -> None:
    """The attempt did not reach anybody; the documents can be served in another way."""
    by.require_person("登记送达未成", "document.serve")
    if not text.strip():
        raise ServiceRuleError("须写明未能送达的原因和经过")
    with transaction.atomic():
        service = _started(service_id)
        service.state, service.note = ServiceState.FAILED.value, text
        service.done_at, service.done_by = at, by.name
        service.save()
        for item in service.items.select_related("document"):
            note(by, at, item.document, StepKind.SERVICE_FAILED, text, service=service.id)
        _end_announcement(by, at, service, terms)


def pass_announcement(*, by: Actor, at: datetime, service_id: int, terms: DocumentTerms) -> bool:
    """The clock of an announcement has run: it counts as service. False when there is nothing to end yet;
    the instant is then set anew, because the year's holidays have moved it or are not announced."""
    with transaction.atomic():
        service = Service.objects.select_for_update().filter(id=service_id).first()
        if service is None or service.state != ServiceState.STARTED:
            return False
        rule = terms.catalogue.services.rule(service.method)
        reckoned = _reckon(service, rule, terms)
        if (
            reckoned.due_on is None
            or reckoned.due_at is None
            or reckoned.provisional
            or at <= reckoned.due_at
        ):
            later = at + timedelta(days=1)
            _look_at(at, service, max(later, reckoned.due_at or later))
            return False
        _finish(by, at, service, rule, {}, reckoned.due_on, terms)
    return True


def _started(service_id: int) -> Service:
    service = Service.objects.select_for_update().filter(id=service_id).first()
    if service is None or service.state != ServiceState.STARTED:
        raise ServiceRuleError("没有这次送达，或者已经办结")
    return service


def _check_rows(rows: Sequence[Document]) -> None:
    if not rows:
        raise ServiceRuleError("没有选择文书")
    if len({(row.shared_with, row.recipient) for row in rows}) > 1:
        raise ServiceRuleError("一次送达只能有一个受送达人")
    for row in rows:
        if row.stage is not DocumentState.ISSUED or not template_of(row).serve:
            raise DocumentStepError(f"{row.serial or row.title}：只有已签发、未送达的文书可以送达")
        if row.services.filter(service__state=ServiceState.STARTED.value).exists():
            raise DocumentStepError(f"{row.serial}：正在送达，请先登记结果")


def _check_bundle(rows: Sequence[Document], terms: DocumentTerms) -> None:
    """Kinds that may not go without others: in this service, or served before in the same matter."""
    matter = {"owner": rows[0].owner, "shared_with": rows[0].shared_with, "state": DocumentState.SERVED.value}
    before = list(Document.objects.filter(**matter).values_list("kind", flat=True))
    for rule in terms.catalogue.bundles:
        lacking = rule.lacking([row.kind for row in rows], before)
        if lacking:
            names = "、".join(terms.catalogue.template(kind).name_zh for kind in lacking)
            raise ServiceRuleError(f"缺少{names}：{rule.why_zh}")


def _address(
    recipient: str, rule: MethodRule, given: Mapping[str, Any], terms: DocumentTerms, on: date
) -> ServiceAddress | None:
    """The confirmed address that is used, if it is one; a way that needs one is refused without."""
    channel = given.get("channel", "") if rule.confirmed else POSTAL
    if rule.confirmed:
        terms.catalogue.services.check_channel(channel)
    rows = ServiceAddress.objects.filter(shared_with=recipient, channel=channel, ended_at=None)
    found = rows.filter(address=given.get("address", ""), signed_on__lte=on).first()
    if found is None and rule.confirmed:
        raise ServiceRuleError("没有当事人签署的送达地址确认书，或者地址与确认书不符，不能电子送达")
    return found


def _start_announcement(
    by: Actor,
    at: datetime,
    service: Service,
    rule: MethodRule,
    rows: Sequence[Document],
    terms: DocumentTerms,
) -> None:
    published_on = date.fromisoformat(service.start["published_on"])
    if published_on > day_of(at):
        raise ServiceRuleError("公告发布日期不能晚于今天")
    titles = "、".join(row.serial for row in rows)
    deadlines.open_deadline(
        by=by,
        at=at,
        of=Matter(
            _clock_key(service), service.owner, f"{rule.name_zh} {titles}", by.key, service.shared_with
        ),
        clock=rule.clock,
        started_at=moment(day_start(published_on)),
        terms=terms.clocks,
    )
    reckoned = _reckon(service, rule, terms)
    over = reckoned.due_at or moment(day_end(reckoned.not_before_on))
    _look_at(at, service, over + timedelta(seconds=1))


def _reckon(service: Service, rule: MethodRule, terms: DocumentTerms) -> Reckoned:
    published_at = moment(day_start(date.fromisoformat(service.start["published_on"])))
    return terms.clocks.reckon(start_clock(terms.clocks.book, rule.clock, published_at))


def _look_at(at: datetime, service: Service, instant: datetime | None) -> None:
    schedule.set_due(by=Actor.service(TOPIC), at=at, topic=TOPIC, instants={str(service.id): instant})


def _clock_key(service: Service) -> str:
    return f"service:{service.id}"


def _end_announcement(by: Actor, at: datetime, service: Service, terms: DocumentTerms) -> None:
    if service.method == Method.ANNOUNCEMENT:
        deadlines.meet(by=by, at=at, key=_clock_key(service), met_at=at, terms=terms.clocks)
        _look_at(at, service, None)


def _finish(
    by: Actor,
    at: datetime,
    service: Service,
    rule: MethodRule,
    receipt: Mapping[str, Any],
    served_on: date,
    terms: DocumentTerms,
) -> None:
    rows = [locked(number) for number in service.items.values_list("document", flat=True)]
    for row in rows:
        move(row, DocumentState.SERVED)
        row.served_on = served_on
        row.save(update_fields=["state", "served_on"])
        note(by, at, row, StepKind.SERVED, f"{rule.name_zh} {served_on}", service=service.id)
        done_at = min(at, moment(day_end(served_on)))
        end_serve_clock(by=by, at=at, row=row, done_at=done_at, terms=terms)
        _start_clocks(by, at, row, served_on, terms)
    service.state, service.receipt, service.served_on = ServiceState.DONE.value, dict(receipt), served_on
    service.done_at, service.done_by = at, by.name
    service.receipt_document_id = _receipt(by, at, service, rule, rows, terms)
    service.save()
    _end_announcement(by, at, service, terms)


def _start_clocks(by: Actor, at: datetime, row: Document, served_on: date, terms: DocumentTerms) -> None:
    for clock in template_of(row).served_clocks:
        name = terms.clocks.book.row(clock).name_zh
        deadlines.open_deadline(
            by=by,
            at=at,
            of=Matter(
                f"document:{row.id}:{clock}",
                row.owner,
                f"{name} {row.serial}",
                row.recipient,
                row.shared_with,
            ),
            clock=clock,
            started_at=moment(day_start(served_on)),
            terms=terms.clocks,
        )


def _receipt(
    by: Actor,
    at: datetime,
    service: Service,
    rule: MethodRule,
    rows: Sequence[Document],
    terms: DocumentTerms,
) -> int:
    """The receipt of service as a document of its own, filled from what was recorded."""
    forms = [(rule.start, service.start), (rule.receipt, service.receipt)]
    told = [(f.name_zh, written(f, v[n], {})) for fields, v in forms for n, f in fields.items() if n in v]
    for row in rows:
        ends = terms.ends(template_of(row), service.served_on or day_of(at))
        told += [
            (f"{row.serial} {name}", f"至 {end}" if end else "届满日待放假安排公布") for name, end in ends
        ]
    first = rows[0]
    recipient = Recipient(
        first.shared_with, first.recipient, first.recipient_code, first.district, first.station
    )
    new = NewDocument(
        kind=terms.catalogue.services.receipt_kind,
        organ=first.organ,
        owner=service.owner,
        recipient=recipient,
        values={
            "served": [f"{row.serial} {row.title}" for row in rows],
            "method": rule.name_zh,
            "served_on": service.served_on,
            "particulars": [f"{name}：{text}" for name, text in told],
            "servers": written(rule.receipt["servers"], service.receipt["servers"], {})
            if "servers" in service.receipt
            else service.started_by,
        },
    )
    machine = Actor.service(f"receipt:{by.key}")
    return issue_new(by=machine, at=at, new=new, clauses={}, terms=terms).id
