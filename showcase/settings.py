"""Settings of Showcase: one file, and the only place that reads the environment.

In production set SECRET_KEY, LINK_KEYS, CODE_KEYS, HASH_KEY, ALLOWED_HOSTS, SITE_URL, DATABASE_URL, EMAIL_URL and
DEFAULT_FROM_EMAIL (see docs/running.md).
SECOND_FACTOR=optional asks staff for a second factor only where their hub does.
SHOWCASE_DEMO=1 belongs to `script/server`: loopback only, mail kept in a folder and shown at /dev/mail/.
"""

import datetime as dt
import os
import re
import sys
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

from showcase import VERSION as VERSION  # a setting too: what this installation says of itself
from showcase.environment import Environment

env = Environment()
BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)
DEMO = env.bool("SHOWCASE_DEMO", default=False)
LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]

DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=LOOPBACK if DEMO else [])
wrong: list[str] = []  # with what the environment says: one sentence a mistake, all said at the end of this file
if DEMO and not set(ALLOWED_HOSTS) <= set(LOOPBACK):
    wrong.append(
        "The demo keeps mail where anyone can read it, so it runs on this machine alone: "
        "unset SHOWCASE_DEMO to serve real hosts."
    )
SHORTEST_KEY = 32
# Commands that sign and serve nothing run in a fresh checkout, with secrets that nobody knows.
SIGN_NOTHING = {
    "backup_key",
    "check",
    "collectstatic",
    "database_roles",
    "help",
    "lifecycle",
    "makemigrations",
    "privacy",
    "sqlmigrate",
}
command = sys.argv[1] if Path(sys.argv[0]).name == "manage.py" and sys.argv[1:] else ""
signs_nothing = command in SIGN_NOTHING


def _secret(name: str) -> str:
    """A secret of the environment, read as it stands; the demo makes one of its own and keeps it under VAR_DIR."""
    value = env.as_it_stands(name)
    if value:
        return value
    if signs_nothing:
        return get_random_secret_key()
    if not DEMO:
        wrong.append(f"Set {name}: a start without the demo needs its own secrets.")
        return ""
    kept = VAR_DIR / name.lower()
    if not kept.exists() or not kept.read_text().strip():
        kept.write_text(get_random_secret_key())
    return kept.read_text().strip()


def _keys(name: str, said: str, between: str | None = ",") -> list[str]:
    """The keys that stand in `said`. An empty or short one signs what anybody could sign."""
    keys = [key.strip() for key in said.split(between)] if between and said else [said]
    if said and not all(keys):
        wrong.append(f"{name} has a comma with no key beside it.")
    if any(0 < len(key) < SHORTEST_KEY for key in keys):
        wrong.append(f"{name} is too short: a key has {SHORTEST_KEY} characters or more.")
    return keys


def _needed(name: str, why: str, *, otherwise: str) -> str:
    """What a real start cannot guess. The demo, and what signs and serves nothing, take `otherwise`."""
    value = env.str(name, default="").strip()
    if not value and not DEMO and not signs_nothing:
        wrong.append(f"Set {name}: {why}.")
    return value or otherwise


# Sessions and forms. To change it without signing anybody out, put the old one among the fallbacks for a day.
SECRET_KEY = _keys("SECRET_KEY", _secret("SECRET_KEY"), between=None)[0]
SECRET_KEY_FALLBACKS = [key for key in _keys("SECRET_KEY_FALLBACKS", env.as_it_stands("SECRET_KEY_FALLBACKS")) if key]
# The first key signs private links, every key verifies: put a new one first and drop the old one a year later.
LINK_KEYS = _keys("LINK_KEYS", _secret("LINK_KEYS"))
# The same of staff's recovery codes: drop an old one once everybody has new codes.
CODE_KEYS = _keys("CODE_KEYS", _secret("CODE_KEYS"))
# What stands for a network or an account that is counted and not kept. With another key all counts begin anew.
HASH_KEY = _keys("HASH_KEY", _secret("HASH_KEY"), between=None)[0]
used = [key for key in (SECRET_KEY, *SECRET_KEY_FALLBACKS, *LINK_KEYS, *CODE_KEYS, HASH_KEY) if key]
if len(used) != len(set(used)):
    wrong.append("Two of the keys are the same: each has its own, so that whoever learns one learns no other.")
SITE_URL = _needed(
    "SITE_URL",
    "the address that mails link to, such as https://showcase.example",
    otherwise=f"http://127.0.0.1:{env.int('PORT', default=8000)}",
).rstrip("/")
if not re.fullmatch(r"https?://[A-Za-z0-9.:\[\]-]+", SITE_URL):
    wrong.append("SITE_URL is https:// and a host, nothing after it, such as https://showcase.example.")

INSTALLED_APPS = [
    "hubs",
    "bookings",
    "crispy_forms",
    "csp",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "simple_history",
    "showcase.apps.ShowcaseAdminConfig",
    "showcase.postgres",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "hubs.vocabulary.request_ids.NamedRequests",
    "hubs.pages.without_body_for_head",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "csp.middleware.CSPMiddleware",
    "showcase.trouble.outcome.Watched",
    "hubs.vocabulary.languages.LanguageOfTheAddress",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "showcase.urls"
WSGI_APPLICATION = "showcase.wsgi.application"
# The site is the root of its host: no header puts a prefix before its links (gunicorn makes SCRIPT_NAME of one).
FORCE_SCRIPT_NAME = ""
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["showcase.template_loader.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "hubs.templatetags.language_tags",
                "hubs.templatetags.kept_tags",  # in place of Django's
            ],
        },
    }
]
FORM_RENDERER = "showcase.form_renderer.Renderer"
CRISPY_TEMPLATE_PACK = "showcase"
CRISPY_ALLOWED_TEMPLATE_PACKS = ("showcase",)

SQLITE = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(VAR_DIR / "db.sqlite3")}
# Commands that change the schema or read all of it: by the owner's role, and past a pooler.
DIRECT = {"migrate", "showmigrations", "database_roles", "backup", "restore"}
name = "DATABASE_URL_DIRECT" if command in DIRECT and env.str("DATABASE_URL_DIRECT", default="") else "DATABASE_URL"
DATABASES: dict[str, dict[str, Any]] = {"default": env.db(name) if env.str(name, default="") else SQLITE}
DATABASES["default"] |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["ENGINE"] = "showcase.sqlite3"
    # Without IMMEDIATE and WAL eight writers give "database is locked"; without FULL a power cut loses bookings.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        # Longer than anybody has to wait for one press, and no longer than somebody does.
        "timeout": 30 if command else 10,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
else:
    DATABASES["default"]["ENGINE"] = "showcase.postgres"
    if "options" in DATABASES["default"].get("OPTIONS", {}) or os.environ.get("PGOPTIONS"):
        wrong.append(
            f"{name} takes no options= (nor does PGOPTIONS): a pooler would refuse or mix them. "
            "Time-outs belong to the database's roles (manage.py database_roles)."
        )
    prepares = env.str("PREPARED_STATEMENTS", default="")
    if prepares not in ("", "yes", "no"):
        wrong.append("PREPARED_STATEMENTS is yes or no, or is left out.")
    # A statement that comes often is planned once a connection: planning was three quarters of the server's work.
    DATABASES["default"]["OPTIONS"] = DATABASES["default"].get("OPTIONS", {}) | {
        "server_side_binding": True,
        "prepare_threshold": None if prepares == "no" else 5,
        "prepares_through_a_pooler": prepares == "yes",
    }
# Seconds that one statement may wait: in a page, in the worker, in a command that somebody runs and watches.
DATABASE_PATIENCE = {"": 12, "status": 12, "metrics": 12, "worker": 70, "run_due": 70}.get(command, 3600)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "hubs.StaffUser"
LOGIN_REDIRECT_URL = "admin:index"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "hubs.staff.passwords.NotOurWords"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "full_name"]},
    },
]
PASSWORD_HASHERS = ["hubs.staff.signing_in.hashing.Argon2"]
PASSWORD_RESET_TIMEOUT = 3 * 24 * 60 * 60  # of invitations too
SIMPLE_HISTORY_REVERT_DISABLED = True  # an old version would put back what verbs have changed since
SESSION_COOKIE_AGE = 2 * 60 * 60  # hubs/staff/signing_in/session.py says how long staff stay
SECOND_FACTOR = env.str("SECOND_FACTOR", default="optional" if DEMO else "required")
if SECOND_FACTOR not in ("optional", "required"):
    wrong.append("SECOND_FACTOR is either required (of all staff) or optional (where a hub asks for it).")
OTP_TOTP_ISSUER = "Showcase"

# Lock-out, by account and network together: by network alone one forgetful colleague would lock out a whole school.
# And by network alone once an hour has seen twenty wrong passwords, of whichever accounts (bookings/views/sign_in.py).
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "bookings.views.sign_in.ByPassword"]
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = dt.timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # or whoever goes on trying would keep the owner out
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "hubs.staff.signing_in.lock_out.page"
# Neither an address nor a network is kept, but what stands for them.
AXES_USERNAME_CALLABLE = "hubs.staff.signing_in.lock_out.account"
AXES_CLIENT_IP_CALLABLE = "bookings.views.limits.network_as_address"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "csrfmiddlewaretoken", "next"]
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# The address of a page decides its language (hubs/vocabulary/languages.py).
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English"), ("zh-hans", "中文")]
LOCALE_PATHS = [BASE_DIR / "showcase" / "locale"]
FORMAT_MODULE_PATH = "showcase.formats"
TIME_ZONE = "Europe/London"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_ALLOW_ALL_ORIGINS = False  # no other site's page asks for them by a script
MEDIA_ROOT = VAR_DIR / "media"  # where files lay once: `manage.py move_files` brings them into the database
STORAGES = {
    "default": {"BACKEND": "hubs.models.stored_file.DatabaseStorage"},
    "staticfiles": {"BACKEND": "showcase.style_sheets.StaticFiles"},
}
PAGES_KEPT = env.int("PAGES_KEPT", default=8)  # megabytes of public pages, in each process of the web server
# A form of ten visitors has about a hundred fields, a session's in the admin three hundred.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024

# Mail: the worker gives up a call well before its lease on a mail ends (bookings/mail/sending.py).
EMAIL_TIMEOUT = 20
if DEMO:
    EMAIL_BACKEND = "showcase.kept_mail.KeptMail"
    EMAIL_FILE_PATH = VAR_DIR / "mail"
else:
    mail_server = _needed(
        "EMAIL_URL", "the mail server, such as smtp+tls://user:password@host:587", otherwise="smtp://"
    )
    said_of_it = env.email_url_config(mail_server)
    if said_of_it["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend":
        said_of_it["EMAIL_BACKEND"] = "bookings.mail.line.Line"  # the same, which says when a mail may have arrived
    vars().update(said_of_it)
# Backups: where they lie, and the public keys to which they are encrypted (docs/running.md).
BACKUP_DIR = env.str("BACKUP_DIR", default="")
BACKUP_RECIPIENT = env.list("BACKUP_RECIPIENT", default=[])
# Named by the accessibility statement: who runs the site, and who answers when something of it is in somebody's way.
OPERATOR = env.str("OPERATOR", default="")
ACCESSIBILITY_EMAIL = env.str("ACCESSIBILITY_EMAIL", default="")
# Named by /.well-known/security.txt: who answers when somebody has found a hole.
SECURITY_EMAIL = env.str("SECURITY_EMAIL", default="")
DEFAULT_FROM_EMAIL = _needed(
    "DEFAULT_FROM_EMAIL",
    "the address that mails come from, such as bookings@showcase.example",
    otherwise="bookings@showcase.invalid",
)
# Where a mail comes back that cannot be delivered: to bounces+…@ there, another for each, for `manage.py bounce`.
BOUNCE_ADDRESS = env.str("BOUNCE_ADDRESS", default="").strip()
if BOUNCE_ADDRESS and not re.fullmatch(r"[A-Za-z0-9._-]{1,30}@[A-Za-z0-9.-]+", BOUNCE_ADDRESS):
    wrong.append(
        "BOUNCE_ADDRESS is an address such as bounces@showcase.example: before the @ at most 30 letters, digits, dots "
        "and hyphens, since each mail puts a + and 26 letters behind them."
    )

# Who is told when something is bad (manage.py status --alert), and what is fetched for as long as nothing is.
ALERT_EMAIL = env.list("ALERT_EMAIL", default=[])
HEARTBEAT_URL = env.str("HEARTBEAT_URL", default="")
if HEARTBEAT_URL and not re.fullmatch(r"https?://\S+", HEARTBEAT_URL):
    wrong.append("HEARTBEAT_URL is an address that begins with https:// (or http://).")
# Where `manage.py metrics` answers: an address of this host that nobody outside reaches.
METRICS_ADDRESS = env.str("METRICS_ADDRESS", default="127.0.0.1:9464")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "style-src": [SELF],
        "img-src": [SELF],
        # No page of teachers has a script that could ask; what checks pages from within asks for robots.txt.
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "showcase.errors.form_refused"
# How many proxies of ours stand before us and add to X-Forwarded-For: for limits by network.
PROXIES = env.int("PROXIES", default=0 if DEMO else 1)
if not DEMO:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31536000
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

# One object a line where something collects them; in words where a person reads them.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "hubs.vocabulary.logs.PrivateFormatter",
            "format": "{levelname} {name}: {message}",
            "style": "{",
        },
        "json": {"()": "hubs.vocabulary.logs.JsonFormatter", "version": VERSION},
    },
    "filters": {
        "no_traceback": {"()": "hubs.vocabulary.logs.NoTraceback"},
        "turned_away": {"()": "hubs.vocabulary.logs.TurnedAway"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "plain" if DEMO else "json",
            "filters": ["no_traceback"],
        }
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        # Whom we turned away: no right to a page (403), a form that no page of ours sent, a host name that is not ours.
        "django.request": {"handlers": ["console"], "filters": ["turned_away"], "level": "WARNING", "propagate": False},
        "django.security": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "showcase": {"handlers": ["console"], "level": "INFO", "propagate": False},
        # A line for every mistyped password, with what stands for the account: nothing that anybody can use.
        "axes": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        # What the web server says of itself (showcase/gunicorn.py); nginx keeps the log of requests.
        "gunicorn": {"handlers": ["console"], "level": "INFO", "propagate": False},
        # With settings of logging gunicorn logs each request too, and with it the names that staff search for.
        "gunicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
    },
}

if wrong:
    raise ImproperlyConfigured("\n".join(wrong))
