"""Doors for writing: drafts and their review, issuing, service, confirmed addresses."""
