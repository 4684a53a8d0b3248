title = "Choices"
