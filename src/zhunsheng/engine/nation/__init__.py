"""Judging more than memory holds: facts in Parquet files, judged block by block, results in Parquet files."""
