title = "Yes, no and unknown"
