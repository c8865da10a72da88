"""What this installation holds about people: one line for every column of every table."""
