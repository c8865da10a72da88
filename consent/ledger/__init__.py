"""The arithmetic of consent, pure: bytes in, bytes or a refusal out. No database, no clock, no randomness, no
network.

A stranger can take this folder and `consent/errors.py` alone and check everything FedArt claims about a
statement.
"""
