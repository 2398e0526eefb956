"""Addresses of the officer's pages."""

from __future__ import annotations

from django.urls import path

from zhunsheng.portals.officer import (
    alarms,
    batching,
    board,
    clauses,
    clocks,
    deciding,
    documents,
    front,
    listing,
    objections,
    papers,
    proofs,
    revealing,
    searching,
    subjects,
    work,
)
from zhunsheng.portals.officer.lists import LISTS
from zhunsheng.portals.officer.rulesnooze import on_board

app_name = "officer"
urlpatterns = [
    path("", front.front, name="front"),
    path(
        "touches/",
        listing.list_page(LISTS["touches"], "board", "officer/touches.html", on_board),
        name="board",
    ),
    path("touches/<int:number>/", board.touch, name="touch"),
    path("touches/<int:number>/decide/", deciding.decide, name="decide"),
    path("touches/<int:number>/reply/", deciding.reply, name="reply"),
    path("touches/<int:number>/copy/", deciding.copy, name="copy"),
    path("touches/<int:number>/task/", deciding.task, name="task"),
    path("work/", work.work, name="work"),
    path("work/read/", work.read, name="read"),
    path("work/hand-over/", work.hand_over, name="hand-over"),
    path("visits/<str:key>/", deciding.note_visit, name="visit"),
    path("subjects/", listing.list_page(LISTS["subjects"], "subjects"), name="subjects"),
    path("subjects/<str:key>/", subjects.subject, name="subject"),
    path("subjects/<str:key>/reveal/", revealing.reveal, name="reveal"),
    path("tasks/", listing.list_page(LISTS["tasks"], "tasks"), name="tasks"),
    path("batch/", batching.preview, name="batch"),
    path("batch/<int:number>/", batching.done, name="batch-done"),
    path("batch/<int:number>/undo/", batching.undo, name="batch-undo"),
    path(
        "messages/",
        listing.list_page(LISTS["messages"], "messages", "officer/messages/list.html"),
        name="messages",
    ),
    path("audit/", listing.list_page(LISTS["audit"], "audit"), name="audit"),
    path("alarms/", listing.list_page(LISTS["alarms"], "alarms", "officer/alarms.html"), name="alarms"),
    path("alarms/one/", alarms.one, name="alarm"),
    path(
        "documents/",
        listing.list_page(LISTS["documents"], "documents", "officer/documents.html"),
        name="documents",
    ),
    path("documents/new/", papers.kinds, name="paper-kinds"),
    path("documents/new/<str:kind>/", papers.begin, name="paper-begin"),
    path("documents/<int:number>/revise/", papers.revise, name="paper-revise"),
    path("documents/<int:number>/clauses/<slug:field>/", clauses.clauses, name="paper-clauses"),
    path("documents/<int:number>/compare/", papers.compare, name="paper-compare"),
    path("documents/<int:number>/serve/<str:method>/", papers.serve, name="paper-serve"),
    path("documents/<int:number>/receipt/<int:service>/", papers.receipt, name="paper-receipt"),
    path("documents/<int:number>/", documents.document, name="document"),
    path("documents/<int:number>/step/", documents.step, name="document-step"),
    path("documents/<int:number>/proof/", proofs.document_proof, name="document-proof"),
    path("documents/<int:number>/file.<str:form>", documents.page_file, name="document-file"),
    path("objections/", listing.list_page(LISTS["objections"], "objections"), name="objections"),
    path("objections/<int:number>/", objections.objection, name="objection"),
    path("objections/<int:number>/decide/", objections.decide, name="objection-decide"),
    path("clocks/", clocks.index, name="clocks"),
    path("clocks/dates.ics", clocks.calendar, name="clock-dates"),
    path("search/", searching.search, name="search"),
    path("lists/<str:name>/columns/", listing.choose_columns, name="columns"),
    path("lists/<str:name>/views/", listing.save_view, name="save-view"),
    path("lists/<str:name>/export/", listing.export, name="export"),
    path("views/<int:number>/look/", listing.look_at_view, name="look-at-view"),
    path("views/<int:number>/remove/", listing.remove_view, name="remove-view"),
]
