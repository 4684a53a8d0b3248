"""The language's manual, printed from the rules of ``tests/spec``: ``make manual``.

A rule is called with a ``spec`` that only listens, so printing asks no engine. What a page
says of data and answers is what the rule hands to ``spec``; what it says of the definition
is the rule's own source.
"""
