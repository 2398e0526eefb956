"""A gateway over HTTP that neither knows our key nor can be asked."""
