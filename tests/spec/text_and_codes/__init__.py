title = "Text and codes"
