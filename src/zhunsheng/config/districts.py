"""Finds contexts and translations by looking at the folders: a new one touches no central file."""

from __future__ import annotations

from pathlib import Path

DISTRICTS = (
    "foundation",
    "registers",
    "sensing",
    "judging",
    "casework",
    "trust",
    "publishing",
    "portals",
    "workflows",
)


def installed_contexts(package: Path) -> list[str]:
    """Dotted names of every folder below a district that holds an apps.py, lowest floor first."""
    found: list[str] = []
    for district in DISTRICTS:
        for marker in sorted((package / district).glob("*/apps.py")):
            found.append(f"zhunsheng.{district}.{marker.parent.name}")
    return found


def locale_folders(package: Path) -> list[Path]:
    """Where the parts keep their English: every top-level package and every portal that has any."""
    return sorted([*package.glob("*/locale"), *package.glob("portals/*/locale")])
