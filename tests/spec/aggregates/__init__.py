title = "One value of many rows"
