"""Databases of their own for tests with a real server."""

from __future__ import annotations

from tests.trust.conftest import furnished as furnished
from tests.trust.conftest import house as house
