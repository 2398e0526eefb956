"""The worker of the demo: what officers do on its pages is carried on, on the day on which the city stands.

A process of its own beside the pages, as an installation has one. It ends when they do and sends nothing.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from importlib import import_module

import django
from django.db import OperationalError, connections

PAUSE_SECONDS = 1


def keep_working(parent: int) -> None:
    """Turn after turn while the process that serves the pages lives."""
    running, workflows = import_module("zhunsheng.workflows.running"), import_module("zhunsheng.workflows")
    clock = import_module("zhunsheng.web.clock").page_clock()
    while os.getppid() == parent:
        with suppress(OperationalError):  # the demo is being put back to its beginning
            running.turn_inside(clock, workflows.handlers())
        connections.close_all()  # the next turn opens the database that then stands
        time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhunsheng.config.settings")
    django.setup()
    keep_working(int(sys.argv[1]))
