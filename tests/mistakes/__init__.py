"""The mistakes of authors, and what they are told: tested, and printed as a page.

``python -m tests.mistakes.page`` prints ``docs/language/mistakes.md`` anew.
"""
