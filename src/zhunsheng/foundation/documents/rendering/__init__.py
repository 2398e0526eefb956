"""Pages of a document, drawn from its content alone: PDF for the archive, Word for whoever must edit."""
