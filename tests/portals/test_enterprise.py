"""The page behind a signed link: why, until when, the way back; an answer is sent once and becomes a fact."""

from __future__ import annotations

import io
import re
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from tests.journeys.city import BUREAU, Bureau, at
from tests.portals.pages import E1, PDF, link, photo, reminded, stand_at
from zhunsheng.core.actors import Viewer
from zhunsheng.foundation.attachments import queries as files
from zhunsheng.foundation.evidence import queries as evidence
from zhunsheng.judging.triggers import queries as triggers
from zhunsheng.portals.enterprise import opening
from zhunsheng.sensing.signals import queries as signals

pytestmark = pytest.mark.django_db
INTERNAL = re.compile(
    r"OBSERVING|OFFSITE|YELLOW|CRITICAL|\bRED\b|黄|红|画像|信用风险|分类|得分|分值|评分|[ABCD]\s*类"
    r"|class_name|portrait|risk class|score"
)


@pytest.fixture
def touch_id(settings: Any, tmp_path: Any) -> int:
    cache.clear()
    settings.MEDIA_ROOT = tmp_path
    stand_at(settings, "2026-07-02 10:00")
    return reminded(Bureau())


def seen(html: str) -> str:
    """The page's text and attributes without the class names of the style sheet."""
    return re.sub(r'class="[^"]*"', "", html)


def picture(name: str = "IMG_1.jpg", colour: str = "teal") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, photo(colour), content_type="image/jpeg")


def answered_facts() -> list[str]:
    told = signals.timeline(viewer=BUREAU, subject=E1)
    return [str(f.payload["answer"]) for f in told if f.kind == "TOUCH_ANSWERED"]


def test_the_page_says_who_why_until_when_and_what_to_do(client: Client, touch_id: int) -> None:
    page = client.get(link(touch_id)).content.decode()
    for words in (
        "云汀市市场监督管理局",
        "云汀电梯物业",
        "定期检验临期、超期",
        "L-7",
        "现在 29天",
        "提醒线 ≤30天",
        "2026-07-10",
        "7 个工作日",
        "《特种设备安全法》第 40 条",
        "办理一次“",
        "0900-12345",
    ):
        assert words in page, words


def test_no_internal_label_is_ever_on_a_page_of_the_business(client: Client, touch_id: int) -> None:
    base = link(touch_id)
    pages = [client.get(base), client.get(base + "answer/")]
    client.post(base + "answer/", {"answer": "DONE", "reason": "已约检验", "next": "1"})
    pages += [client.get(base + "check/"), client.post(base + "check/", follow=True), client.get(base)]
    Bureau().pass_time("2026-08-15")
    pages.append(client.get(base))
    for response in pages:
        found = INTERNAL.search(seen(response.content.decode()))
        assert found is None, (response.request["PATH_INFO"], found)


def test_the_scan_for_internal_labels_sees_one() -> None:
    for planted in ("信用风险分类", "您是 C 类", "状态 OFFSITE_REVIEW", "黄色"):
        assert INTERNAL.search(seen(f'<p class="x">{planted}</p>'))


def test_an_answer_with_a_photo_becomes_one_fact(client: Client, touch_id: int) -> None:
    base = link(touch_id)
    response = client.post(
        base + "answer/", {"answer": "DONE", "reason": "已申报检验", "files": [picture()], "next": "1"}
    )
    assert response.url == base + "check/"  # type: ignore[attr-defined]
    assert "已申报检验" in client.get(base + "check/").content.decode()
    assert answered_facts() == []
    sent = client.post(base + "check/", follow=True).content.decode()
    assert f"20260702-{touch_id:06d}" in sent and "下一个日期" in sent
    again = client.post(base + "check/", follow=True)
    assert again.status_code == 200 and f"20260702-{touch_id:06d}" in again.content.decode()
    assert answered_facts() == ["DONE"]
    (act,) = [
        e
        for e in evidence.entries_of(target=f"touch:{touch_id}", viewer=BUREAU)
        if e.action == "TOUCH_ANSWERED"
    ]
    assert act.detail["why"] == "已申报检验" and act.actor == "云汀电梯物业"


def test_disagreeing_needs_a_reason_and_nothing_typed_is_lost(client: Client, touch_id: int) -> None:
    base = link(touch_id) + "answer/"
    refused = client.post(base, {"answer": "DISAGREE", "reason": "  ", "next": "1"})
    page = refused.content.decode()
    assert "请写明您的理由" in page and 'href="#reason"' in page
    assert re.search(r'value="DISAGREE"\s+checked', page)
    assert "请写明您的理由" in client.post(link(touch_id) + "check/").content.decode()
    assert answered_facts() == []
    client.post(base, {"answer": "DISAGREE", "reason": "设备已停用", "next": "1"})
    client.post(link(touch_id) + "check/")
    assert answered_facts() == ["DISAGREE"]


def test_a_saved_draft_waits_for_its_business_and_for_nobody_else(client: Client, touch_id: int) -> None:
    base = link(touch_id)
    client.post(base + "answer/", {"answer": "HELP", "reason": "不清楚在哪里申报", "save": "1"})
    assert "不清楚在哪里申报" in Client().get(base + "answer/").content.decode()
    assert "继续填写答复" in Client().get(base).content.decode()
    assert answered_facts() == []


@pytest.mark.parametrize("made", ["2026-06-01", "2026-07-01"])
def test_links_that_do_not_open_look_alike_whatever_their_fault(
    client: Client, touch_id: int, made: str
) -> None:
    good = link(touch_id)
    changed = good[:-2] + ("B/" if good[-2] == "A" else "A/")
    bad = [link(touch_id, "2026-05-01"), link(touch_id + 99_999, made), changed, "/b/x/"]
    bad += [good.replace("/b/", "/b/0", 1)]
    answers = {(r.status_code, r.content) for r in map(client.get, bad)}
    stripped = {
        (status, re.sub(rb'name="(back|csrfmiddlewaretoken)" value="[^"]*"', b"", body))
        for status, body in answers
    }
    assert len(stripped) == 1
    ((status, body),) = stripped
    assert status == 404 and "这个链接打不开" in body.decode() and "云汀电梯" not in body.decode()


def test_the_link_of_one_business_opens_nothing_of_another(client: Client, touch_id: int) -> None:
    client.post(link(touch_id) + "answer/", {"answer": "DONE", "files": [picture()], "save": "1"})
    (card,) = files.of_owner(viewer=Viewer.business(E1), owner=f"touch:{touch_id}")
    assert files.of_owner(viewer=Viewer.business("91980103MA200C2D2N"), owner=f"touch:{touch_id}") == []
    assert client.get(f"{link(touch_id)}files/{card.id + 1}/").status_code == 404
    # Last, for closing an answer closes the connection to PostgreSQL as well.
    with closing(client.get(f"{link(touch_id)}files/{card.id}/")) as own:
        assert own.status_code == 200


def test_the_original_is_kept_and_the_copy_shown_knows_no_place(client: Client, touch_id: int) -> None:
    base, original = link(touch_id), photo()
    client.post(
        base + "answer/", {"answer": "DONE", "files": [SimpleUploadedFile("a.jpg", original)], "save": "1"}
    )
    (card,) = files.of_owner(viewer=BUREAU, owner=f"touch:{touch_id}")
    assert card.path(original=True).read_bytes() == original
    response = client.get(f"{base}files/{card.id}/")
    shown = Image.open(io.BytesIO(b"".join(response.streaming_content)))  # type: ignore[attr-defined]
    assert dict(Image.open(io.BytesIO(original)).getexif()) != {}
    assert dict(shown.getexif()) == {} and shown.size == (40, 60)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "空的"),
        (b"MZ\x90\x00program", "只接受照片"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "只接受照片"),
        (b"\xff\xd8\xff\xe0 not a picture", "无法读取"),
        (b"%PDF-1.4 cut off", "不完整"),
        (b"\xff\xd8\xff" + b"0" * (10 * 1024 * 1024), "超过 10 MB"),
    ],
)
def test_a_file_is_what_its_bytes_say(client: Client, touch_id: int, content: bytes, words: str) -> None:
    upload = SimpleUploadedFile("photo.jpg", content, content_type="image/jpeg")
    response = client.post(
        link(touch_id) + "answer/", {"answer": "HELP", "reason": "请看", "files": [upload], "next": "1"}
    )
    page = response.content.decode()
    assert words in page and "请看" in page
    assert files.of_owner(viewer=BUREAU, owner=f"touch:{touch_id}") == []


def test_files_are_counted_taken_back_and_stay_once_sent(client: Client, touch_id: int) -> None:
    base = link(touch_id)
    colours = ["red", "blue", "green", "white", "black", "teal"]
    client.post(
        base + "answer/",
        {"answer": "DONE", "files": [picture(f"{c}.jpg", c) for c in colours], "save": "1"},
    )
    pdf = {"answer": "DONE", "files": [SimpleUploadedFile("一份说明.pdf", PDF)]}
    assert "最多上传 6 个" in client.post(base + "answer/", pdf | {"save": "1"}).content.decode()
    standing = files.of_owner(viewer=BUREAU, owner=f"touch:{touch_id}")
    assert len(standing) == 6
    client.post(f"{base}answer/files/{standing[0].id}/remove/")
    pdf["files"] = [SimpleUploadedFile("一份说明.pdf", PDF)]
    client.post(base + "answer/", pdf | {"next": "1"})
    client.post(base + "check/")
    sealed = files.of_owner(viewer=BUREAU, owner=f"touch:{touch_id}")
    assert [card.name for card in sealed][-1] == "一份说明.pdf" and all(card.sealed_at for card in sealed)
    client.post(f"{base}answer/files/{sealed[0].id}/remove/")
    assert files.of_owner(viewer=BUREAU, owner=f"touch:{touch_id}") == sealed


def test_a_form_from_elsewhere_is_refused_in_words(touch_id: int) -> None:
    strict = Client(enforce_csrf_checks=True)
    response = strict.post(link(touch_id) + "answer/", {"answer": "DONE", "reason": "x", "next": "1"})
    assert response.status_code == 403 and "表单已失效" in response.content.decode()
    assert answered_facts() == []


def test_a_link_asked_for_too_often_rests(
    client: Client, touch_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "REQUESTS_MAX", 3)
    base = link(touch_id)
    assert [client.get(base).status_code for _ in range(4)] == [200, 200, 200, 429]


def test_pages_of_a_business_stay_out_of_caches_and_of_other_sites(client: Client, touch_id: int) -> None:
    response = client.get(link(touch_id))
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    policy = response["Content-Security-Policy"]
    assert "unsafe" not in policy and "default-src 'none'" in policy
    page = response.content.decode()
    assert not re.search(r"(src|href|action)=\"(https?:)?//", page)
    assert "<script" not in page and "style=" not in page and not re.search(r"\son[a-z]+=", page)


def test_the_dates_go_into_a_calendar(client: Client, touch_id: int) -> None:
    told = client.get(link(touch_id) + "dates.ics")
    lines = told.content.decode().split("\r\n")
    assert told["Content-Type"].startswith("text/calendar")
    assert lines[0] == "BEGIN:VCALENDAR" and lines[-2] == "END:VCALENDAR"
    assert "DTSTART;VALUE=DATE:20260710" in lines
    assert all(len(line.encode()) <= 75 for line in lines)


def test_a_touch_that_ended_asks_for_nothing(client: Client, touch_id: int, settings: Any) -> None:
    Bureau().tell(E1, "ELEVATOR_INSPECTION_APPLIED", "2026-07-06 10:00", object="L-7")
    stand_at(settings, "2026-07-06 12:00")
    page = client.get(link(touch_id)).content.decode()
    assert "已经办结" in page and "开始答复" not in page
    assert client.get(link(touch_id) + "answer/").status_code == 302


def test_after_the_reply_date_one_can_still_answer(client: Client, touch_id: int, settings: Any) -> None:
    Bureau().pass_time("2026-07-12")
    stand_at(settings, "2026-07-12 09:00")
    assert "答复日期已过" in client.get(link(touch_id)).content.decode()
    client.post(link(touch_id) + "answer/", {"answer": "HELP", "next": "1"})
    client.post(link(touch_id) + "check/")
    assert answered_facts() == ["HELP"]
    touch = triggers.touch(viewer=BUREAU, touch_id=touch_id)
    assert touch is not None and touch.answered_at == at("2026-07-12 09:00") + timedelta(0)


def test_chinese_until_the_reader_says_otherwise(client: Client, touch_id: int) -> None:
    page = client.get(link(touch_id), headers={"accept-language": "en-GB,en"})
    assert page["Content-Language"] == "zh-hans" and "为什么提醒您" in page.content.decode()
    client.post("/preferences/", {"language": "en", "back": link(touch_id)})
    assert "Why you were reminded" in client.get(link(touch_id)).content.decode()


def test_a_choice_leads_back_to_this_site_only(client: Client) -> None:
    for away in ("https://example.org/", "//example.org/", "javascript:alert(1)"):
        response = client.post("/preferences/", {"theme": "dark", "back": away})
        assert response.url == "/"  # type: ignore[attr-defined]
    assert 'data-theme="dark"' in client.get("/nothing-here/").content.decode()
    client.post("/preferences/", {"theme": "plaid", "size": "large"})
    page = client.get("/nothing-here/").content.decode()
    assert 'data-theme="dark"' in page and 'data-size="large"' in page


def test_error_pages_speak_in_the_style_of_all_pages(client: Client) -> None:
    page = client.get("/nothing-here/")
    assert page.status_code == 404 and "没有这个页面" in page.content.decode()


def test_the_reminder_can_be_kept_as_a_letter(client: Client, touch_id: int, settings: Any) -> None:
    page = client.get(link(touch_id)).content.decode()
    assert "提醒〔2026〕1号" in page and link(touch_id) + "paper.pdf" in page
    if not list(settings.DOCUMENT_FONTS.glob("NotoSerifCJK*")):
        pytest.skip("no fonts-noto-cjk; `make test` as root on Debian brings it")
    told = client.get(link(touch_id) + "paper.pdf")
    assert told["Content-Type"] == "application/pdf" and told.content.startswith(b"%PDF-")
    assert "attachment" in told["Content-Disposition"]


def test_without_fonts_the_reader_is_told_and_not_left_alone(
    client: Client, touch_id: int, settings: Any, tmp_path: Any
) -> None:
    settings.DOCUMENT_FONTS = tmp_path
    page = client.get(link(touch_id) + "paper.pdf").content.decode()
    assert "暂时不能生成 PDF" in page and settings.BUREAU_CONTACT in page
