"""The artist's vault from this computer: open it, train a personal adapter, encrypt it, upload it, fetch it."""
