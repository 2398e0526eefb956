"""The officer's pages, behind log-in and scope."""
