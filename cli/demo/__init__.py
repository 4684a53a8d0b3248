"""The whole loop on one machine, told step by step with the commands a person would use."""
