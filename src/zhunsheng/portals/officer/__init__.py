"""The officer's pages, read-only until accounts come; open in the demo only."""
