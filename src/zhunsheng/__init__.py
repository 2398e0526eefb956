"""Zhunsheng (准绳): credit-based, trigger-style market supervision. Start with ARCHITECTURE.md."""
