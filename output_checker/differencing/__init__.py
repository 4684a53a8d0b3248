"""The same people again: what all that ever left tells together about few of them."""
