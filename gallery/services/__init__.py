"""What the gallery does: one verb a function, keyword arguments, the changed row comes back."""
