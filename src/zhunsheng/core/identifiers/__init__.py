"""Who is who: the unified social credit code, older numbers, and identities of our own."""
