"""Text is compared as it is, by code points: capitals count, and nothing is a wildcard.
Codes belong to one coding system; a literal that can't be one of its codes is refused.
Lists of codes are kept in CSV files beside the definition and read with
`codelist_from_csv`.
"""

title = "Text and codes"
first = ("comparing_text", "searching_text", "codelists_in_use")
