"""Doors for writing: statute texts, and the life of lists."""
