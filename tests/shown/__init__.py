"""One study, unchanged, on data that nobody here made."""
