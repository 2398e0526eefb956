"""Reports as tables: counted once, masked where they leave, drawn from one description."""
