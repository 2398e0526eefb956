"""What anybody may read: published things only."""
