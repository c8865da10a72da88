"""Distributed noise and what it costs; pure.

skellam.py      noise in whole numbers from a keystream
noise.py        the noise of a round as its manifest states it: each share's variance, the price
encode.py       what one agent does to its update
accounting.py   events to epsilon, and the cap as a filter
claims.py       what may be said, and when nothing may
audit.py        canaries: does the code hide what the accounting says?

docs/privacy.md has the mathematics in words and with its sources.
"""
