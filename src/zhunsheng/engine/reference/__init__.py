"""The plain interpreter. It is slow, short and right: what it says is what a pack means."""

from zhunsheng.engine.reference.judge import judge

__all__ = ["judge"]
