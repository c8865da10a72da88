"""What the artist's browser, her agents and the server agree on about a vault: the signed list. Pure."""
