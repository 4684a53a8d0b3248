"""A process beside each box, which starts it, holds it to its limits and tells its end."""
