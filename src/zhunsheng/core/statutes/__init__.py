"""Statute texts: numbers, parsing of published collections, citations."""
