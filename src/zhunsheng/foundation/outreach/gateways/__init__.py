"""Gateways: one folder each, with `connect(address) -> Connector` in its `connector.py`."""
