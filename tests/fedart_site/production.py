"""The documented set of variables with which production starts (docs/production.md)."""

PRODUCTION = {
    "FEDART_ENV": "production",
    "PUBLIC_ORIGIN": "https://art.example.org",
    "SECRET_KEY": "k" * 25 + "0123456789" * 3,
    "DATABASE_URL": "postgres://fedart:secret@db.example.org/fedart",
    "REDIS_URL": "rediss://:secret@valkey.example.org/0",
    "EMAIL_URL": "smtp+tls://fedart:secret@mail.example.org:587",
    "METRICS_TOKEN": "0123456789" * 3,
}
