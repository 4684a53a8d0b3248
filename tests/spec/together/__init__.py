title = "Frames together"
