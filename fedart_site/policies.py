"""The longer groups of settings: passwords, mail, headers, API. settings.py puts them in their place."""

from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from fedart_site import env
from federation.oauth_hooks import user_of_device_code

PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
PASSWORD_VALIDATORS[1]["OPTIONS"] = {"min_length": 10}  # type: ignore[assignment]

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        # Tokens belong to devices and open the agents' doors only (federation.authentication names itself there).
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination",
    "PAGE_SIZE": 50,
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {"anon": "600/min", "user": "3000/min"},
    "EXCEPTION_HANDLER": "fedart_site.problems.api_exception",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "STRICT_JSON": True,
}

SPECTACULAR: dict[str, Any] = {
    "TITLE": "FedArt",
    "DESCRIPTION": (
        "What edge agents and scripts may call. Errors are RFC 9457 problem documents with a stable `code`, a "
        "`detail` for a person and a `fix`."
    ),
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "LICENSE": {"name": "Apache-2.0"},
}


def password_hashers(mode: str) -> list[str]:
    """Argon2; in tests a fast hash, since they sign in hundreds of times."""
    if mode == "test":
        return ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return [
        "django.contrib.auth.hashers.Argon2PasswordHasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]


def email_settings(state_dir: Path, *, production: bool) -> dict[str, Any]:
    """EMAIL_URL (smtp+tls://user:password@host:587); outside production letters are files in STATE_DIR/mail."""
    url = env.secret("EMAIL_URL")
    if url:
        try:
            return dict(environ.Env.email_url_config(url))
        except (ValueError, KeyError, ImproperlyConfigured):
            raise ImproperlyConfigured(
                "EMAIL_URL cannot be read. Write smtp+tls://user:password@host:587."
            ) from None
    if production:
        raise ImproperlyConfigured(
            "EMAIL_URL is missing: people must get letters. Set it to your mail server."
        )
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "EMAIL_FILE_PATH": str(state_dir / "mail"),
    }


def allowed_hosts(public_host: str, *, production: bool) -> list[str]:
    """The public host, what FEDART_ALLOWED_HOSTS adds, and the loopback names outside production."""
    bare = public_host if public_host.startswith("[") else public_host.partition(":")[0]
    local = [] if production else ["localhost", "127.0.0.1", "[::1]"]
    hosts = [bare, *env.words("FEDART_ALLOWED_HOSTS"), *local]
    if production and "*" in hosts:
        raise ImproperlyConfigured("FEDART_ALLOWED_HOSTS holds '*'. Name the hosts that may be asked for.")
    return list(dict.fromkeys(hosts))


def https_settings(*, production: bool) -> dict[str, Any]:
    """Cookies over HTTPS only, redirect and HSTS in production; none of it on a laptop's http://localhost."""
    found: dict[str, Any] = {
        "SESSION_COOKIE_SECURE": production,
        "CSRF_COOKIE_SECURE": production,
        "SECURE_SSL_REDIRECT": production,
        "SECURE_REDIRECT_EXEMPT": [r"^healthz$", r"^readyz$", r"^metrics$"],
    }
    if production:
        found["SECURE_HSTS_SECONDS"] = env.integer("HSTS_SECONDS", 31_536_000, lowest=0, highest=63_072_000)
        found["SECURE_HSTS_INCLUDE_SUBDOMAINS"] = env.boolean("HSTS_INCLUDE_SUBDOMAINS", True)
        found["SECURE_HSTS_PRELOAD"] = env.boolean("HSTS_PRELOAD", True)
    if behind_proxy(production):
        # The proxy must set this header itself and drop what a visitor sends (docs/production.md).
        found["SECURE_PROXY_SSL_HEADER"] = ("HTTP_X_FORWARDED_PROTO", "https")
        found["ALLAUTH_TRUSTED_PROXY_COUNT"] = 1
    return found


def behind_proxy(production: bool) -> bool:
    """Whether exactly one proxy of ours stands in front and says who asks and by which scheme."""
    return env.boolean("BEHIND_TLS_PROXY", production)


def content_security_policy(public_host: str, *, production: bool) -> dict[str, Any]:
    """Own files only; no inline script or style, no frames, no foreign hosts."""
    socket = "wss" if production else "ws"
    return {
        "DIRECTIVES": {
            "default-src": [NONE],
            "script-src": [SELF],
            "style-src": [SELF],
            "img-src": [SELF, "blob:", "data:"],
            "font-src": [SELF],
            "connect-src": [SELF, f"{socket}://{public_host}"],
            "manifest-src": [SELF],
            "form-action": [SELF],
            "frame-ancestors": [NONE],
            "base-uri": [NONE],
        }
    }


def oauth(public_origin: str) -> dict[str, Any]:
    """django-oauth-toolkit: one scope, short access tokens, refresh tokens that are used once."""
    return {
        "SCOPES": {"agent": "Act as one of my devices: take part in rounds, report its state."},
        "DEFAULT_SCOPES": ["agent"],
        "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
        "REFRESH_TOKEN_EXPIRE_SECONDS": 90 * 24 * 3600,
        "ROTATE_REFRESH_TOKEN": True,
        "REFRESH_TOKEN_REUSE_PROTECTION": True,
        "OAUTH_DEVICE_VERIFICATION_URI": f"{public_origin}/devices/confirm/",
        "DEVICE_FLOW_INTERVAL": 2,
        # The database keeps hashes: neither a token nor a device code can be read out of a stolen copy.
        "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
        # The rest of RFC 9700; agents use the device grant only, so nothing of this is missed.
        "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
        "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
        "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
        "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
        "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
        "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
        "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
        "OAUTH_PRE_TOKEN_VALIDATION": [user_of_device_code],
    }
