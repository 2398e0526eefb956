"""Databases of their own for processes that issue at the same time."""

from __future__ import annotations

from tests.trust.conftest import furnished as furnished
from tests.trust.conftest import house as house
