"""Vectors for a second implementation: each says what it must yield or with which code it must fail."""
