"""Doors for reading: statutes, and lists."""
