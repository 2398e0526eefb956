"""Tables that somebody hands in on a page, and how far the work on them has come."""
