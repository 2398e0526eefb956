"""Doors for reading: documents with their history, registers of numbers, services, addresses."""
