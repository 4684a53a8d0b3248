title = "Size"
