"""The business's own pages: one signed link, one reminder, one answer."""
