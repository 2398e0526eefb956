"""What is known about units, people, grants and log-ins."""
