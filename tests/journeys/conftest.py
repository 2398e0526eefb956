"""Databases of their own for tests with a second process."""

from __future__ import annotations

from tests.trust.conftest import furnished as furnished
from tests.trust.conftest import house as house
