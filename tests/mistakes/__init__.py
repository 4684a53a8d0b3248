"""The mistakes of authors, and what they are told: tested, and a page of the manual."""
