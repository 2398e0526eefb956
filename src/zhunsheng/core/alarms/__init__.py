"""What supervisors are told of: dated lines as data, and the arithmetic that finds what crosses them."""
