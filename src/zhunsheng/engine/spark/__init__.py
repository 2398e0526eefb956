"""Judging on Apache Spark (optional extra `spark`): its shuffle, our blocks. No rule is written here."""
