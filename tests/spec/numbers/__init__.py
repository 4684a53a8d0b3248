title = "Numbers"
