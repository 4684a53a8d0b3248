"""A program may write a definition, in loops, and questions may be large: what an author
may ask isn't bounded by how deep or how long the question is.
"""

title = "Size"
