"""Tables from strangers: CSV, XLSX, JSON Lines and Parquet, read in a limited child process."""
