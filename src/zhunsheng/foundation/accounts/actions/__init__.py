"""What is done to units, people, grants and log-ins."""
