"""Mapping presets: which column of a stranger's table feeds which field, and how its text is read. Data."""
