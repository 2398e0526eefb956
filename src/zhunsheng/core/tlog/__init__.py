"""The transparency log's arithmetic: RFC 6962 trees, C2SP tiles, notes, checkpoints and proofs."""
