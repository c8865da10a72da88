"""Warnings of the protocol."""


class UnsafeSchemeWarning(UserWarning):
    """The scheme that was just made hides nothing from the server. For demonstrations only."""
