"""One file is one command; each exposes `command`. Nothing else has to know of it."""
