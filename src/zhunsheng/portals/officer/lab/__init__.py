"""The lab at the desk: a question, its run, its report, and why a business is in it."""
