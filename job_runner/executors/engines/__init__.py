"""A box as a command line, by each kind of engine; what each of them keeps to."""
