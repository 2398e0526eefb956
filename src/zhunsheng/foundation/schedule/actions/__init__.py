"""Doors for writing: instants at which somebody must look, deadlines, years that were announced."""

from __future__ import annotations

from zhunsheng.foundation.schedule.actions.instants import hand_over, set_due

__all__ = ["hand_over", "set_due"]
