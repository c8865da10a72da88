"""Prompts to begin with. The shipped base is small: it draws simple things it has seen, so the page says which."""

SUGGESTIONS = ("red heart", "cat face", "house with garden", "tropical fish", "red apple", "evergreen tree")
