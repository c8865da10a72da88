"""Distributed noise and its accounting: not built yet.

Nothing in FedArt adds noise today, so no differential privacy holds and none is claimed: pages, cards and
the API say "no formal privacy claim" in those words. When noise comes, it lives here: pure, given its
randomness, with the released events as data from which epsilon is derived.
"""
