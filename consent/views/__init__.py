"""Translate between HTTP and the services; no rules live here."""
