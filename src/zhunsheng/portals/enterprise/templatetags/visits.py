"""Addresses within a visit, so that one template serves link and mandate alike."""

from __future__ import annotations

from typing import Any

from django import template

from zhunsheng.registers.mandates.lifecycle import ACTS, KINDS, STATES

register = template.Library()


@register.simple_tag(takes_context=True)
def own(context: Any, name: str, *args: object) -> str:
    """The address of a page of this visit."""
    return str(context["opened"].url(name, *args))


@register.filter
def mandate_word(name: str) -> str:
    """A kind, a state or an act of a mandate in words."""
    return str({**KINDS, **STATES, **ACTS}.get(name, name))
