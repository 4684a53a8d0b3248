"""The language's rules as data, asked of an engine on rows that come with the question.

So a site whose server we never saw can say whether its engine answers as the manual says.
No table of the warehouse is read.
"""
