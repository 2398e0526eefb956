"""Error pages in the style of every other page: what happened, and what the reader can do."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def told(request: HttpRequest, status: int, title: str, words: str) -> HttpResponse:
    """A page that says one thing."""
    return render(request, "web/error.html", {"title": title, "words": words}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    del exception
    return told(request, 400, _("请求有误"), _("这个请求不完整或过大。请返回上一页重试。"))


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    del exception
    return told(request, 403, _("无权查看"), _("您没有查看此页的权限。"))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    del exception
    return told(request, 404, _("没有这个页面"), _("请核对地址；若从短信打开，请确认链接完整。"))


def broken(request: HttpRequest) -> HttpResponse:
    """500."""
    return told(request, 500, _("服务出错"), _("这是我们的问题。您填写并保存过的内容仍在，请稍后再试。"))


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that did not come from our own page, or whose cookie is gone."""
    del reason
    words = _("为了您的安全，请返回上一页刷新后重新提交；浏览器须允许本站的 Cookie。")
    return told(request, 403, _("表单已失效"), words)
