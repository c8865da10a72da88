"""Computers as the probes show them."""

from edge.manners.probes import Probes

QUIET = Probes(
    on_battery=lambda: False,
    metered=lambda: False,
    idle_s=lambda: 3600.0,
    programs=lambda: frozenset({"systemd", "firefox"}),
    free_mb=lambda: 8000,
    used_mb=lambda: 200,
)
"""A desktop computer whose artist has gone home."""
