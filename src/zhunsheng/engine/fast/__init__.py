"""The fast engine: the reference's meaning as tables of integers, read by a kernel compiled once."""
