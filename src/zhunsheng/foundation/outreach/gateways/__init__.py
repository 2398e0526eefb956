"""Gateways: one folder each, with `connect(address, secret) -> Connector` in its `connector.py`."""
