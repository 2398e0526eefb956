"""Doors for writing: folding a subject's time, steps of touches, enrolment."""
