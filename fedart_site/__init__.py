"""The wiring: settings, urls, asgi, celery, checks, health and engines. No models, no business rules."""
