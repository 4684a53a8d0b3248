"""Long definitions in the habits of OpenSAFELY's authors, written for these tests."""
