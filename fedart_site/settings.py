"""All settings, grouped by what they are about. Values come from the environment and bad ones are refused (env.py).

With neither DATABASE_URL nor REDIS_URL given, the private engines of `manage.py services up` are used;
importing this module never starts anything. docs/production.md lists every variable.
"""

from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from fedart_site import env, logs, policies, stores
from fedart_site.engines.record import read_record

BASE_DIR = Path(__file__).resolve().parent.parent
FEDART_ENV = env.choice("FEDART_ENV", ("development", "test", "production"), "development")
IS_PRODUCTION = FEDART_ENV == "production"
STATE_DIR = Path(env.text("FEDART_STATE_DIR") or BASE_DIR / ".fedart").resolve()
PUBLIC_ORIGIN = env.origin("PUBLIC_ORIGIN", "http://localhost:8000", https_only=IS_PRODUCTION)
PUBLIC_HOST = PUBLIC_ORIGIN.partition("://")[2]
DEBUG = env.boolean("FEDART_DEBUG", False)
if DEBUG and IS_PRODUCTION:
    raise ImproperlyConfigured("FEDART_DEBUG is on in production. Unset it: error pages would show secrets.")
FEDART_PROCESS = env.choice("FEDART_PROCESS", ("command", "web", "worker", "beat"), "command")

# --- Secrets ----------------------------------------------------------------------------------------
if IS_PRODUCTION:
    SECRET_KEY = env.secret("SECRET_KEY", shortest=50, required_because="it signs sessions and links")
else:
    SECRET_KEY = env.secret("SECRET_KEY", shortest=50) or env.kept_secret(
        STATE_DIR / "secrets/django-secret-key"
    )
SERVER_KEY_FILE = Path(env.text("SERVER_KEY_FILE") or STATE_DIR / "secrets/server-key.pem")
LEDGER_KEY_FILE = Path(env.text("LEDGER_KEY_FILE") or STATE_DIR / "secrets/ledger-key.pem")
METRICS_TOKEN = env.secret("METRICS_TOKEN", shortest=20)

# --- Engines ----------------------------------------------------------------------------------------
_engines = read_record(STATE_DIR)
_POSTGRES = ("postgres", "postgresql")
DATABASE_URL = env.service_url("DATABASE_URL", _POSTGRES, _engines.app_url or _engines.database_url)
# The account that makes tables: `migrate` and `setup` use it (manage.py), nothing else does.
_embedded_owner = _engines.database_url if _engines.names_of(DATABASE_URL, "") else ""
DATABASE_APP_ACCOUNT = urlsplit(DATABASE_URL).username or ""  # as whom web and workers connect
DATABASE_OWNER_URL = env.service_url("DATABASE_OWNER_URL", _POSTGRES, _embedded_owner)
if DATABASE_OWNER_URL and env.boolean("FEDART_AS_OWNER", False):
    DATABASE_URL = DATABASE_OWNER_URL
REDIS_URL = env.service_url("REDIS_URL", ("redis", "rediss"), _engines.redis_url)
EMBEDDED_ENGINES = _engines.names_of(DATABASE_URL, REDIS_URL)
if IS_PRODUCTION and EMBEDDED_ENGINES:
    raise ImproperlyConfigured(
        f"The embedded engines ({' and '.join(EMBEDDED_ENGINES)}) are for laptops, not for production. "
        "Set DATABASE_URL and REDIS_URL to servers of your own."
    )
# A placeholder where nothing is known: `manage.py check` and `services up` must still run, and every other
# door (checks.py, asgi.py, celery.py) says in one sentence what to do.
DATABASES = {"default": environ.Env.db_url_config(DATABASE_URL or "postgres://unknown@localhost:1/unknown")}
DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True, "ATOMIC_REQUESTS": False}
if FEDART_PROCESS == "web":
    # Under ASGI every request has a thread of its own, so a kept connection would be lost with it;
    # a pool is what Django advises there.
    _pool = {"min_size": 1, "max_size": env.integer("DATABASE_POOL", 8, lowest=1, highest=200), "timeout": 10}
    DATABASES["default"] |= {"CONN_MAX_AGE": 0, "OPTIONS": {"pool": _pool}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

_redis = stores.redis_urls(REDIS_URL or "redis://localhost:1/0")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": _redis["cache"]}}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        # Publish/subscribe ignores database numbers, so the name carries the number.
        "CONFIG": {"hosts": [_redis["channels"]], "prefix": f"fedart:{_redis['number']}"},
    }
}

# --- Celery -----------------------------------------------------------------------------------------
CELERY_BROKER_URL = env.service_url(
    "CELERY_BROKER_URL", ("redis", "rediss", "amqp", "amqps"), _redis["broker"]
)
CELERY_RESULT_BACKEND = _redis["results"]
CELERY_TASK_ACKS_LATE = CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT, CELERY_TASK_TIME_LIMIT = 540, 600
# The visibility timeout must exceed the longest task, or a slow task runs twice; the two unacked settings
# bring the work of a killed worker back at the first sweep after it instead of the tenth.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 1800,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "global_keyprefix": "fedart:",
}
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_RESULT_EXPIRES = 3600
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_TASK_DEFAULT_QUEUE = "rounds"
CELERY_TASK_ROUTES = {
    f"{queue}.*": {"queue": queue} for queue in ("rounds", "aggregate", "generate", "exports")
}
CELERY_BEAT_SCHEDULE_FILENAME = str(STATE_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    # `expires`: a queue that was down for an hour must not run an hour of ticks.
    "rounds.tick": {"task": "rounds.tick", "schedule": 2.0, "options": {"expires": 10}},
    "rounds.mark_stale_devices": {
        "task": "rounds.mark_stale_devices",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "exports.expire": {"task": "exports.expire", "schedule": 3600.0, "options": {"expires": 3600}},
    "exports.sweep": {"task": "exports.sweep", "schedule": 30.0, "options": {"expires": 30}},
    "exports.retention": {"task": "exports.retention", "schedule": 86400.0, "options": {"expires": 3600}},
    "exports.mail_reminders": {
        "task": "exports.mail_reminders",
        "schedule": 6 * 3600.0,
        "options": {"expires": 3600},
    },
    "exports.vault_strays": {
        "task": "exports.vault_strays",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "generate.sweep": {"task": "generate.sweep", "schedule": 10.0, "options": {"expires": 10}},
}

# --- The application --------------------------------------------------------------------------------
INSTALLED_APPS = [
    "fedart_site",
    "gallery",
    "federation",
    "consent",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "oauth2_provider",
    "rest_framework",
    "drf_spectacular",
    "csp",
    "django_htmx",
    "django_prometheus",
]
MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "fedart_site.middleware.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "fedart_site.middleware.SecurityHeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "fedart_site.problems.ProblemMiddleware",
    "fedart_site.limits.BodyLimitMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]
ROOT_URLCONF = "fedart_site.urls"
ASGI_APPLICATION = "fedart_site.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
LANGUAGE_CODE, TIME_ZONE, USE_I18N, USE_TZ = "en-gb", "UTC", False, True
MAX_BODY = 1024 * 1024
# Bodies are limited by path before anything is parsed (limits.py); these are Django's own second line.
DATA_UPLOAD_MAX_MEMORY_SIZE, DATA_UPLOAD_MAX_NUMBER_FIELDS, DATA_UPLOAD_MAX_NUMBER_FILES = MAX_BODY, 200, 100
FILE_UPLOAD_MAX_MEMORY_SIZE, FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = (
    MAX_BODY,
    0o600,
    0o700,
)

# --- Files ------------------------------------------------------------------------------------------
MEDIA_ROOT = STATE_DIR / "media"
STATIC_URL, STATIC_ROOT, STATICFILES_DIRS = "/static/", STATE_DIR / "static", [BASE_DIR / "static"]
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not IS_PRODUCTION
STORAGES = stores.storages(MEDIA_ROOT, production=IS_PRODUCTION)

# --- People -----------------------------------------------------------------------------------------
AUTH_USER_MODEL = "gallery.Artist"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = policies.password_hashers(FEDART_ENV)
AUTH_PASSWORD_VALIDATORS = policies.PASSWORD_VALIDATORS
LOGIN_URL, LOGIN_REDIRECT_URL, LOGOUT_REDIRECT_URL = "/accounts/login/", "/home/", "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_FORMS = {"signup": "gallery.forms.ArtistSignupForm"}
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if IS_PRODUCTION else "optional"
ACCOUNT_EMAIL_SUBJECT_PREFIX = "FedArt: "
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = PUBLIC_ORIGIN.partition(":")[0]
if FEDART_ENV == "test":
    ACCOUNT_RATE_LIMITS = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED, MFA_PASSKEY_SIGNUP_ENABLED = True, False
MFA_ALLOW_UNVERIFIED_EMAIL = not IS_PRODUCTION
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_PRODUCTION
MFA_TOTP_ISSUER = "FedArt"
USERSESSIONS_TRACK_ACTIVITY = False
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", f"FedArt <no-reply@{PUBLIC_HOST.partition(':')[0]}>")
vars().update(policies.email_settings(STATE_DIR, production=IS_PRODUCTION))

# --- Web security -----------------------------------------------------------------------------------
ALLOWED_HOSTS = policies.allowed_hosts(PUBLIC_HOST, production=IS_PRODUCTION)
CSRF_TRUSTED_ORIGINS = [PUBLIC_ORIGIN]
CSRF_COOKIE_SAMESITE = SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "fedart_site.problems.csrf_failure"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 14 * 24 * 3600
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = policies.content_security_policy(PUBLIC_HOST, production=IS_PRODUCTION)
vars().update(policies.https_settings(production=IS_PRODUCTION))

# --- API --------------------------------------------------------------------------------------------
# Throttles count by the visitor's address: the proxy's word for it where there is one, never the visitor's own.
REST_FRAMEWORK = policies.REST_FRAMEWORK | {"NUM_PROXIES": 1 if policies.behind_proxy(IS_PRODUCTION) else 0}
SPECTACULAR_SETTINGS = policies.SPECTACULAR
OAUTH2_PROVIDER = policies.oauth(PUBLIC_ORIGIN)
OAUTH2_PROVIDER_DEVICE_GRANT_MODEL = "oauth2_provider.DeviceGrant"  # migrations that point at it read this

# --- The mission ------------------------------------------------------------------------------------
# The name of the ledger for ever: keep it when the site moves to another address (docs/ledger.md).
# Steps of each picture on the contact sheet that a version is judged by; fewer are quicker and rougher.
EVALUATION_STEPS = env.integer("EVALUATION_STEPS", 16, lowest=4, highest=50)
LEDGER_ORIGIN = env.text("LEDGER_ORIGIN") or f"{PUBLIC_HOST}/api/v1/ledger"
LEDGER_WITNESSES = env.words("LEDGER_WITNESSES")
CONSENT_TERMS_SOURCE = "federation.selectors.training_terms"
# Every room says what it holds about people; erasure, copies, retention and the records of processing read it.
PERSONAL_DATA_SOURCES = [
    "consent.personal",
    "federation.personal",
    "gallery.personal",
    "fedart_site.personal",
]
# Who answers for the data (GDPR 13, 30, 35): printed in records, letters and templates. docs/production.md
CONTROLLER = {
    "name": env.text("CONTROLLER_NAME"),
    "address": env.text("CONTROLLER_ADDRESS"),
    "contact": env.text("CONTROLLER_CONTACT"),
    "officer": env.text("DATA_PROTECTION_OFFICER"),
    "authority": env.text("SUPERVISORY_AUTHORITY"),
}
# An age recipient whose key lies offline: statements of erased accounts are sealed to it. Empty: deleted at once.
STATEMENT_SEAL_RECIPIENT = env.text("STATEMENT_SEAL_RECIPIENT")
CONSENT_VERSIONS_SOURCE = "federation.selectors.versions_with"
# Adding up updates in the clear is for development; production refuses it (checks.py and the round services).
ALLOW_UNSAFE_PLAIN_SUM = env.boolean("FEDART_ALLOW_UNSAFE_PLAIN_SUM", not IS_PRODUCTION)

# --- Logs -------------------------------------------------------------------------------------------
LOG_FORMAT = env.choice("LOG_FORMAT", ("json", "console"), "json" if IS_PRODUCTION else "console")
LOGGING = logs.configure(as_json=LOG_FORMAT == "json")
LOGGING_CONFIG = "logging.config.dictConfig"
