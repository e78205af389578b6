"""Everything that differs between machines comes from the environment; `.env.example` has a line a variable.

With nothing set but DEBUG and SECRET_KEY the platform runs embedded: SQLite, a broker in files, the sandbox.
"""

import os
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from modelhub import endpoints, logs

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
if env.bool("READ_DOT_ENV", default=True):
    environ.Env.read_env(BASE_DIR / ".env")

for _name in [name for name in os.environ if name.startswith(("AWS_ENDPOINT_URL", "OPENAI_BASE_URL"))]:
    if not os.environ[_name].strip():
        del os.environ[
            _name
        ]  # an empty line of .env is no address, but the vendors' clients would take it for one

VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)

# --- Security -----------------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Run `make setup` (it writes a .env for this machine) or set it in the environment."
    )
# The machine's own names are always allowed: health checks inside a container use them.
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *env.list("ALLOWED_HOSTS", default=[])]
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=not DEBUG)
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]  # a container's health check speaks plain HTTP
SECURE_HSTS_SECONDS = 0 if DEBUG else env.int("SECURE_HSTS_SECONDS", default=31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not DEBUG
SECURE_REFERRER_POLICY = "same-origin"
BEHIND_TLS_PROXY = env.bool("BEHIND_TLS_PROXY", default=False)
if BEHIND_TLS_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT or not DEBUG
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_FAILURE_VIEW = "modelhub.stale.csrf_failure"
X_FRAME_OPTIONS = "DENY"
AXES_FAILURE_LIMIT = env.int("LOGIN_FAILURE_LIMIT", default=5)
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = (
    False  # the page says how long: trying meanwhile adds nothing to it
)
AXES_CLIENT_IP_CALLABLE = "modelhub.client_address.client_address"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "registration/locked_out.html"
AXES_VERBOSE = False

# --- Application --------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "modelhub.apps.ModelhubConfig",
    "catalog.apps.CatalogConfig",
    "customization.apps.CustomizationConfig",
    "modelhub.apps.ModelhubAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "axes",
    "csp",
    "django_htmx",
    "django_structlog",
    "template_partials",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",  # a view that forgets its permission still meets a login
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "modelhub.middleware.LoginRedirectMiddleware",
    "modelhub.middleware.WrongMethodMiddleware",
    "modelhub.middleware.PrivatePagesMiddleware",
    "modelhub.middleware.AdminQueryMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "modelhub.urls"
WSGI_APPLICATION = "modelhub.wsgi.application"
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
                "modelhub.shell.shell",
            ],
        },
    }
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "catalog:models"
LOGOUT_REDIRECT_URL = "login"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_I18N = False
USE_TZ = True

# --- Database -----------------------------------------------------------------------------------------------
DATABASES = {
    "default": env.db_url_config(
        env.str("DATABASE_URL", default="") or f"sqlite:///{VAR_DIR / 'modelhub.sqlite3'}"
    )
}
DATABASES["default"]["CONN_MAX_AGE"] = 60  # a new connection per request costs 8.6 times a one-row read
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # WAL lets pages read while the worker writes; IMMEDIATE turns upgrade deadlocks into an orderly wait.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-8000;",
    }
elif DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)

# --- Static files -------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "static_root")))
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- Celery: it only nudges; the database is the queue ------------------------------------------------------
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="filesystem://localhost")
CELERY_BROKER_CONNECTION_TIMEOUT = 3
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # however long the broker is away, the worker comes back with it
CELERY_TASK_PUBLISH_RETRY = False  # a dead broker must not hold up a page: the next tick finds the row
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT, CELERY_TASK_TIME_LIMIT = 540, 600
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    # Messages expire so that a worker that was away is not met by a heap of old ticks.
    "heartbeat": {"task": "modelhub.tasks.heartbeat", "schedule": 10, "options": {"expires": 30}},
    "catalog": {"task": "catalog.tasks.tick", "schedule": 10, "options": {"expires": 30}},
    "customization": {"task": "customization.tasks.tick", "schedule": 5, "options": {"expires": 15}},
    "discovery": {"task": "customization.tasks.discover", "schedule": 300, "options": {"expires": 120}},
    # Due once a day; asking more often costs one query and finds what a lost nudge left behind.
    "prices": {"task": "customization.tasks.refresh_prices", "schedule": 60, "options": {"expires": 50}},
    "leftovers": {
        "task": "modelhub.tasks.clear_leftovers",
        "schedule": 24 * 3600,
        "options": {"expires": 3600},
    },
    "usage": {"task": "customization.tasks.read_usage", "schedule": 900, "options": {"expires": 300}},
}
if CELERY_BROKER_URL.startswith("filesystem:"):
    _queue, _control = VAR_DIR / "broker" / "queue", VAR_DIR / "broker" / "control"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_queue),
        "data_folder_out": str(_queue),
        "control_folder": str(_control),
        "polling_interval": 0.1,
    }
elif CELERY_BROKER_URL.startswith("redis"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        # Of those who send: without these a click waits 6 seconds for a Redis that is away. Workers have their own.
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0.2,
        "interval_max": 0.2,
        "socket_connect_timeout": 3,
        "socket_timeout": 10,
        "visibility_timeout": 4000,  # longer than a check may take (3,700 s): no second delivery meanwhile
    }

# --- Platforms ----------------------------------------------------------------------------------------------
AWS_REGION = env.str("AWS_REGION", default="") or env.str("AWS_DEFAULT_REGION", default="us-east-1")
ALLOW_SANDBOX = env.bool("ALLOW_SANDBOX", default=False)
SANDBOX_URL = env.str("SANDBOX_URL", default="") or endpoints.running_sandbox(VAR_DIR, DEBUG)
PLATFORM_ENDPOINTS = endpoints.resolve(os.environ, SANDBOX_URL)
# Adapters are named, not imported: boto3 and openai are loaded by the worker, not by every web process.
CATALOG_PLATFORMS = {
    "bedrock": "catalog.platforms.bedrock.BedrockCatalog",
    "openai": "catalog.platforms.openai.OpenAICatalog",
}
# How often a vendor's client repeats a call by itself, and how long it waits for an answer.
PLATFORM_RETRIES = env.int("PLATFORM_RETRIES", default=2)
PLATFORM_READ_TIMEOUT = env.float("PLATFORM_READ_TIMEOUT", default=20.0)
SYNC_EVERY_MINUTES = env.int("SYNC_EVERY_MINUTES", default=60)
S3_BUCKET = env.str("S3_BUCKET", default="modelhub-sandbox" if PLATFORM_ENDPOINTS.aws_is_sandbox else "")
BEDROCK_ROLE_ARN = env.str(
    "BEDROCK_ROLE_ARN",
    default="arn:aws:iam::123456789012:role/ModelhubBedrockRole" if PLATFORM_ENDPOINTS.aws_is_sandbox else "",
)

# Whose a job or a throughput is, when several installations share an AWS account: a tag on everything made here. What
# carries it comes home by itself, so two of one name would take each other's throughputs for their own.
INSTANCE = env.str("MODELHUB_INSTANCE", default="") or "modelhub"
INSTANCE_IS_NAMED = bool(env.str("MODELHUB_INSTANCE", default=""))
# A throughput that nobody has called for so many hours is called idle; it is never removed for that.
IDLE_HOURS = env.int("IDLE_HOURS", default=4)

# Checks of uploaded files that may run at once. They last long and share the worker with the tick that ends leases:
# keep it below the worker's concurrency (2).
CHECKS_AT_ONCE = env.int("CHECKS_AT_ONCE", default=1)

# Browsers put training data straight into S3: the one thing that is fetched from elsewhere.
_UPLOADS_TO = endpoints.upload_origins(os.environ, PLATFORM_ENDPOINTS, AWS_REGION, S3_BUCKET)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "connect-src": [SELF, *_UPLOADS_TO],
        "img-src": [SELF, "data:"],  # Django admin's own style sheet draws with data: images
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
ADMIN_USERNAME = env.str("ADMIN_USERNAME", default="") or "admin"
ADMIN_PASSWORD = env.str("ADMIN_PASSWORD", default="")

# --- Logs ---------------------------------------------------------------------------------------------------
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_USER_ID_FIELD = "pk"
LOGGING = logs.config(
    json=env.bool("LOG_JSON", default=not DEBUG), level=env.str("LOG_LEVEL", default="INFO")
)
