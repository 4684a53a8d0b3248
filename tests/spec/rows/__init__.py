title = "Filtering, sorting, picking"
