"""Settings from the environment: every name is declared here with its type, and a wrong or missing one stops the start.

`.env.example` describes each name for the person who runs the service.
"""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import environ
from cryptography.fernet import Fernet
from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env(
    SECRET_KEY=str,
    SEAL_KEYS=list,
    DATABASE_URL=str,
    REDIS_URL=str,
    PORT=(int, 8000),
    PUBLIC_URL=(str, ""),
    ALLOWED_HOSTS=(list, []),
    BEHIND_PROXY=(bool, False),
    LOG_LEVEL=(str, "INFO"),
    TIME_ZONE=(str, "UTC"),
)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


SECRET_KEY = env("SECRET_KEY")
DEBUG = False


def _seal_keys(keys: list[str]) -> list[str]:
    """Raises ImproperlyConfigured, without a word of any key, where one cannot seal."""
    if not keys:
        raise ImproperlyConfigured("SEAL_KEYS must name at least one key: contacts are not stored without a seal")
    for number, key in enumerate(keys, start=1):
        try:
            Fernet(key)
        except ValueError:
            detail = f"SEAL_KEYS: key {number} is not 32 bytes in URL-safe base64; .env.example tells how to make one"
            raise ImproperlyConfigured(detail) from None
    return keys


#: What contacts are sealed with, the newest first; the older ones still open what they sealed. See `claims.sealing`.
SEAL_KEYS = _seal_keys([key.strip() for key in env("SEAL_KEYS") if key.strip()])

PUBLIC_URL = (env("PUBLIC_URL") or f"http://127.0.0.1:{env('PORT')}").rstrip("/")
_public = urlsplit(PUBLIC_URL)
if _public.scheme not in {"http", "https"} or not _public.hostname:
    raise ImproperlyConfigured(
        f"PUBLIC_URL must be an address such as https://factcheck.example.org, not {PUBLIC_URL!r}"
    )
_is_secure = _public.scheme == "https"
if not _is_secure and not _is_loopback(_public.hostname):
    raise ImproperlyConfigured("PUBLIC_URL must begin with https:// unless the service is used on this machine alone")

ALLOWED_HOSTS = [_public.hostname, *env("ALLOWED_HOSTS")]
if _is_loopback(_public.hostname):
    ALLOWED_HOSTS += ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "factcheck.apps.ServiceConfig",
    "claims.apps.ClaimsConfig",
    "claims.admin.apps.DeskAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "pgtrigger",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
]

MIDDLEWARE = [
    "claims.api.request_id.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "factcheck.urls"
WSGI_APPLICATION = "factcheck.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

DATABASES = {
    "default": {
        **env.db_url("DATABASE_URL"),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }
}
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database: no other keeps the rules of the workflow")

#: One Redis or Valkey for the broker; `factcheck.celery` writes it in Celery's form.
REDIS_URL = env("REDIS_URL")

#: What is called after a commit to have something looked at now: `ring(bell: Bell, row_id: str | None)`.
CLAIMS_BELL = "workers.bell.ring"

AUTH_USER_MODEL = "claims.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "admin:login"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français")]
TIME_ZONE = env("TIME_ZONE")
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# The views tell bodies that are too large themselves, with a problem that names the limit.
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024

SESSION_COOKIE_SECURE = _is_secure
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = _is_secure
SECURE_SSL_REDIRECT = _is_secure
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _is_secure else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _is_secure
SECURE_HSTS_PRELOAD = _is_secure
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if env("BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
#: Swagger UI sets style attributes; its page alone may.
DOCS_PAGE_STYLES = [SELF, UNSAFE_INLINE]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["claims.api.identity.TokenAuthentication", "claims.api.identity.DeskSession"],
    "DEFAULT_PERMISSION_CLASSES": ["claims.api.identity.IsMember"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["claims.api.parsing.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "claims.api.schema.ContractSchema",
    "EXCEPTION_HANDLER": "claims.api.errors.problem_response",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Factcheck",
    "DESCRIPTION": "Claims, who made them, and the verdicts that two people stand behind.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_PUBLIC": True,
    "SERVE_PERMISSIONS": [],
    "SERVE_AUTHENTICATION": [],
    "POSTPROCESSING_HOOKS": ["claims.api.schema.complete"],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"discreet": {"()": "factcheck.logs.Discreet"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["discreet"]}},
    "root": {"handlers": ["stderr"], "level": env("LOG_LEVEL")},
}
