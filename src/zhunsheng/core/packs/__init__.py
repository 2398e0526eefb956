"""Packs: policy as data, read into the typed tree of `core.rules`."""
