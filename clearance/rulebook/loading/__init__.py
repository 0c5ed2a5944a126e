"""Reading a rules folder: every file whole, checked as a whole, or refused as a whole."""
