title = "Dates"
