"""Runs of the lab: what versions of the rules would have done, asked for by somebody, worked off in parts."""
