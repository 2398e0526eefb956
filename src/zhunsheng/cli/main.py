"""The `zhunsheng` command."""

from __future__ import annotations

import click


@click.group()
def main() -> None:
    """准绳：以事实为根据，以法律为准绳。"""
