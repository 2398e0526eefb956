"""Official documents without a database: templates as data, typed fields, composed content, service."""
