"""A gateway over HTTP that takes our key and can be asked by it."""
