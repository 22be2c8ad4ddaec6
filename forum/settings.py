"""The site's settings, from the environment alone, safe for production by default (docs/settings.md)."""

import os
from pathlib import Path

from csp.constants import NONE, SELF

from forum.environment import LOOPBACK, Environment, quoted, secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
ENVIRONMENT = Environment(os.environ)

# The site and where it keeps things

DEBUG = ENVIRONMENT.flag("DEBUG", default=False)
SITE = ENVIRONMENT.site("SITE_URL", "http://localhost:8000")
SITE_URL = SITE.url
SITE_NAME = ENVIRONMENT.line("SITE_NAME", "Rejoinder")
DATA_DIR = ENVIRONMENT.folder("DATA_DIR", BASE_DIR / "var", mode=0o700)  # others must not read the database
SECRET_KEY = secret_key(ENVIRONMENT, DATA_DIR)

# Any name of this machine will do for a site that only this machine sees.
ALLOWED_HOSTS = [
    *(["localhost", "127.0.0.1", "[::1]"] if SITE.is_local else [f"[{SITE.host}]" if ":" in SITE.host else SITE.host]),
    *ENVIRONMENT.names_of_hosts("ALLOWED_HOSTS"),
]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
TRUSTED_PROXIES = ENVIRONMENT.number("TRUSTED_PROXIES", default=0, least=0, most=10)
INTERNAL_IPS = list(LOOPBACK)

# What the site is made of

INSTALLED_APPS = [
    "whitenoise.runserver_nostatic",
    "forum.users",
    "forum.pages",
    "forum.moderation",
    "forum.search",
    "forum.voices",
    "forum.reading",
    "forum.notices",
    "forum.drafts",
    "forum.archive",
    "forum.operating",
    "forum.pagecache",
    "posts",
    "comments",
    "allauth",
    "allauth.account",
    "django_htmx",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "forum.moderation.desk.apps.DeskConfig",  # django.contrib.admin, as the moderators' desk
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    # Outermost what every answer needs: an id and a line in the log, and the headers, on errors too.
    "forum.middleware.true_address",
    "forum.middleware.request_log",
    "forum.middleware.security_headers",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "forum.middleware.refuse_odd_bytes",
    "forum.health.probes",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "forum.middleware.caching",
    "django.middleware.common.CommonMiddleware",
    # From here on what only members need.
    "forum.pagecache.middleware.guests",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "forum.urls"
WSGI_APPLICATION = "forum.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "forum.pages.context.site",
                "forum.notices.context.unread",
            ],
        },
    },
]

# Data

DATABASES = {
    "default": ENVIRONMENT.database(
        "DATABASE_URL",
        DATA_DIR / "forum.sqlite3",
        synchronous=ENVIRONMENT.choice("SQLITE_SYNCHRONOUS", default="FULL", among=("FULL", "NORMAL", "EXTRA", "OFF")),
    )
}
CACHES = {"default": ENVIRONMENT.cache("CACHE_URL")}

# Pages for guests are kept in the memory of each process, and in the cache where that is a server's

PAGE_CACHE = ENVIRONMENT.flag("PAGE_CACHE", default=not DEBUG)  # a developer sees each change of a template
PAGE_CACHE_MB = ENVIRONMENT.number("PAGE_CACHE_MB", default=64, least=1, most=100_000)
PAGE_CACHE_SHARED = "Redis" in CACHES["default"]["BACKEND"]

# Words and times

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True

# Files of style and script

STATIC_URL = "/static/"
STATIC_ROOT = ENVIRONMENT.folder("STATIC_ROOT", DATA_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"] if (BASE_DIR / "static").is_dir() else []
WHITENOISE_ALLOW_ALL_ORIGINS = False  # fonts and scripts are for our own pages
WHITENOISE_USE_FINDERS = True  # so that runserver has them before collectstatic was run
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "forum.staticfiles.Storage"},
}

# Mail

MAIL = ENVIRONMENT.mail("EMAIL_URL", DATA_DIR / "mail")
EMAIL_BACKEND = MAIL["EMAIL_BACKEND"]
EMAIL_FILE_PATH = MAIL["EMAIL_FILE_PATH"] or None
EMAIL_HOST = MAIL.get("EMAIL_HOST", "localhost")
EMAIL_PORT = MAIL.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = MAIL.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = MAIL.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = MAIL.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = MAIL.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = MAIL.get("EMAIL_TIMEOUT", 10)
EMAIL_SUBJECT_PREFIX = f"[{SITE_NAME}] "
DEFAULT_FROM_EMAIL = ENVIRONMENT.address("EMAIL_FROM", f"{quoted(SITE_NAME)} <forum@{SITE.host}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# What is done later, by the worker (manage.py work), and how long its traces are kept

TASKS = {"default": {"BACKEND": "forum.queue.Queue"}}
DIGEST_HOUR = ENVIRONMENT.number("DIGEST_HOUR", default=6, least=0, most=23)
NOTICES_KEPT_DAYS = ENVIRONMENT.number("NOTICES_KEPT_DAYS", default=90, least=1, most=3650)
MAIL_KEPT_DAYS = ENVIRONMENT.number("MAIL_KEPT_DAYS", default=14, least=1, most=3650)

# Accounts

AUTH_USER_MODEL = "users.User"
AUTHENTICATION_BACKENDS = ["forum.users.backends.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "forum.users.passwords.UnlikeTheMember"},
    {"NAME": "forum.users.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "forum.users.passwords.Uncommon"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "forum.users.adapter.Adapter"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = SITE.scheme
ACCOUNT_EMAIL_SUBJECT_PREFIX = EMAIL_SUBJECT_PREFIX
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # only in the browser that signed up
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True  # an address that is given up hears of it
ACCOUNT_REAUTHENTICATION_REQUIRED = True
PASSWORD_RESET_TIMEOUT = 24 * 3600
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "signup": "20/h/ip",
    "confirm_email": "1/3m/key,5/d/key,30/h/ip",
    "reset_password": "20/h/ip,3/h/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/m/user",
    "manage_email": "10/h/user",
    "reauthenticate": "10/m/user",
}
ACCOUNT_FORMS = {
    name: f"forum.users.forms.{form}"
    for name, form in (
        ("login", "LoginForm"),
        ("signup", "SignupForm"),
        ("add_email", "AddEmailForm"),
        ("change_password", "ChangePasswordForm"),
        ("reset_password", "ResetPasswordForm"),
        ("reset_password_from_key", "ResetPasswordKeyForm"),
        ("reauthenticate", "ReauthenticateForm"),
    )
}

# Cookies and headers

SESSION_ENGINE = "forum.users.sessions"
SESSION_COOKIE_NAME = "__Host-session" if SITE.is_secure else "session"
SESSION_COOKIE_SECURE = SITE.is_secure
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
READING_COOKIE_NAME = "__Host-reading" if SITE.is_secure else "reading"  # of guests who asked for it
CSRF_FAILURE_VIEW = "forum.errors.csrf_failure"
CSRF_COOKIE_NAME = "__Host-csrf" if SITE.is_secure else "csrf"
CSRF_COOKIE_SECURE = SITE.is_secure
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = SITE.is_secure
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked from inside, without TLS
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600 if SITE.is_secure else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SITE.is_secure
SECURE_HSTS_PRELOAD = SITE.is_secure
if SITE.is_secure and TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "upgrade-insecure-requests": SITE.is_secure,
    }
}

# Logs: one line of JSON each, to where the service's manager collects them.

LOG_LEVEL = ENVIRONMENT.choice("LOG_LEVEL", default="INFO", among=("DEBUG", "INFO", "WARNING", "ERROR"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "forum.logs.OneLine"}},
    "handlers": {"terminal": {"class": "forum.logs.Terminal", "formatter": "line"}},
    "root": {"handlers": ["terminal"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        # Each is told by forum.requests already, with its status.
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        "gunicorn.http.wsgi": {"level": "ERROR"},  # it warns of each HEAD that a page was made for
        # They tell of each task twice; one that fails says so as an error.
        "django_tasks": {"level": "WARNING"},
        "django_tasks_db": {"level": "WARNING"},
    },
}

# What a request may weigh: the longest form is a post of 64 KB, each byte of which may arrive as three.

DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
DATA_UPLOAD_MAX_NUMBER_FILES = 2
# A file that is too large for an import is thrown away while it arrives, whichever form it is sent to.
FILE_UPLOAD_HANDLERS = [
    "forum.archive.receiving.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# What the forum's own rules count

FIRST_COMMENTS_HELD = ENVIRONMENT.number("FIRST_COMMENTS_HELD", default=1, least=0, most=1000)
FIRST_COMMENTS_HELD_IN_OLD_THREADS = ENVIRONMENT.number(
    "FIRST_COMMENTS_HELD_IN_OLD_THREADS", default=3, least=0, most=1000
)
OLD_THREAD_DAYS = ENVIRONMENT.number("OLD_THREAD_DAYS", default=365, least=1, most=36_500)
EDIT_GRACE_MINUTES = ENVIRONMENT.number("EDIT_GRACE_MINUTES", default=5, least=0, most=1440)
LIMITS = {
    name.lower(): ENVIRONMENT.number(name, default=default, least=1, most=1_000_000)
    for name, default in (
        ("COMMENTS_PER_HOUR", 30),
        ("POSTS_PER_HOUR", 5),
        ("EDITS_PER_HOUR", 60),
        ("PREVIEWS_PER_HOUR", 300),
        ("DRAFTS_PER_HOUR", 1200),
        ("NAMES_PER_HOUR", 1200),
        ("REPORTS_PER_HOUR", 10),
        ("NAME_REMOVALS_PER_HOUR", 5),
        ("VOTES_PER_HOUR", 120),
        ("MARKS_PER_HOUR", 300),
        ("SEARCHES_PER_HOUR", 300),
        ("FILES_PER_HOUR", 60),
    )
}
