"""Chinese or English, as the locale of the shell says. Chinese is the source language."""

from __future__ import annotations

from collections.abc import Mapping

VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def language_of(environment: Mapping[str, str]) -> str:
    """`en` for an English locale, else `zh-hans`; the first of LC_ALL, LC_MESSAGES, LANG that is set decides.

    C, POSIX and languages we do not speak read Chinese: the software's users are Chinese bureaus.
    """
    locale = next((environment[name] for name in VARIABLES if environment.get(name)), "")
    return "en" if locale.lower().split(".")[0].split("_")[0] == "en" else "zh-hans"
