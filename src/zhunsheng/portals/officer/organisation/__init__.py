"""The pages of the three administrators: units, people, log-ins, grants."""
