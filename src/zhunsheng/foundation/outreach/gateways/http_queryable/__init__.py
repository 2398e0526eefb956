"""A gateway over HTTP that can be asked by our key, but sends twice what it is told twice."""
