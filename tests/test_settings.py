"""How it starts: what a real start must have, and that the demo never serves real hosts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
OURS = (
    "SECRET_KEY",
    "LINK_KEYS",
    "ALLOWED_HOSTS",
    "SITE_URL",
    "DATABASE_URL",
    "EMAIL_URL",
    "VAR_DIR",
    "PORT",
    "SECOND_FACTOR",
)
REAL = {"SECRET_KEY": "s" * 50, "LINK_KEYS": "new-key,old-key", "ALLOWED_HOSTS": "bookings.example"}


def start(code, **environment):
    """Run `code` in a Python of its own with exactly these settings in the environment."""
    theirs = (*OURS, "DJANGO_", "SHOWCASE_")
    env = {name: value for name, value in os.environ.items() if not name.startswith(theirs)}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=env | {"DJANGO_SETTINGS_MODULE": "showcase.settings"} | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def settings(expression, **environment):
    """What an expression over the settings gives, as it is printed."""
    done = start(f"from django.conf import settings; print({expression})", **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def refused(**environment):
    """The sentence that a start ends with."""
    done = start("from django.conf import settings; settings.DEBUG", **environment)
    assert done.returncode != 0
    return done.stderr.strip().splitlines()[-1].partition("ImproperlyConfigured: ")[2]


@pytest.mark.parametrize("hosts", ["bookings.example", "127.0.0.1,bookings.example", "*", "0.0.0.0"])
def test_demo_with_real_hosts_is_refused_in_one_sentence(tmp_path, hosts):
    assert refused(SHOWCASE_DEMO="1", VAR_DIR=str(tmp_path), ALLOWED_HOSTS=hosts) == (
        "The demo keeps mail where anyone can read it, so it runs on this machine alone: "
        "unset SHOWCASE_DEMO to serve real hosts."
    )


@pytest.mark.parametrize("name", ["SECRET_KEY", "LINK_KEYS"])
def test_start_without_its_own_secret_is_refused_in_one_sentence(name):
    sentence = f"Set {name}: a start without the demo needs its own secrets."
    assert refused(**(REAL | {name: ""})) == sentence
    assert refused(**{other: value for other, value in REAL.items() if other != name}) == sentence


def test_demo_makes_secrets_of_its_own_and_keeps_them(tmp_path):
    demo = {"SHOWCASE_DEMO": "1", "VAR_DIR": str(tmp_path)}
    first = settings("settings.SECRET_KEY, settings.LINK_KEYS", **demo)
    assert first == settings("settings.SECRET_KEY, settings.LINK_KEYS", **demo)
    assert len((tmp_path / "secret_key").read_text()) >= 50
    assert settings("settings.SECRET_KEY not in settings.LINK_KEYS", **demo) == "True"


def test_demo_serves_this_machine_alone_and_shows_its_mail(tmp_path):
    demo = {"SHOWCASE_DEMO": "1", "VAR_DIR": str(tmp_path)}
    assert settings("settings.ALLOWED_HOSTS", **demo) == "['localhost', '127.0.0.1', '[::1]']"
    resolve = "__import__('django').setup() or __import__('django.urls').urls.resolve('/dev/mail/').url_name"
    assert settings(resolve, **demo) == "dev-mail"
    assert "Resolver404" in start(f"from django.conf import settings; {resolve}", **REAL).stderr


def test_real_start_is_strict():
    said = settings(
        "settings.DEBUG, settings.SECURE_SSL_REDIRECT, settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, "
        "settings.SESSION_COOKIE_HTTPONLY, settings.CSRF_COOKIE_HTTPONLY, settings.SECURE_HSTS_SECONDS >= 31536000, "
        "settings.SECURE_REFERRER_POLICY, settings.SECURE_CONTENT_TYPE_NOSNIFF",
        **REAL,
    )
    assert said == "False True True True True True True strict-origin True"


def test_real_start_without_hosts_serves_none():
    rest = {name: value for name, value in REAL.items() if name != "ALLOWED_HOSTS"}
    assert settings("settings.ALLOWED_HOSTS", **rest) == "[]"


def test_several_link_keys_are_read_in_their_order():
    assert settings("settings.LINK_KEYS", **REAL) == "['new-key', 'old-key']"


@pytest.mark.parametrize("given", ["https://bookings.example", "https://bookings.example/"])
def test_address_of_the_site_has_no_slash_at_its_end(given):
    assert settings("settings.SITE_URL", **REAL, SITE_URL=given) == "https://bookings.example"


def test_sqlite_waits_for_its_lock_and_loses_nothing():
    options = settings("settings.DATABASES['default']['OPTIONS']", **REAL, DATABASE_URL="sqlite:////tmp/x.sqlite3")
    for said in ("'transaction_mode': 'IMMEDIATE'", "'timeout': 30", "journal_mode=WAL", "synchronous=FULL"):
        assert said in options


def test_production_settings_pass_djangos_own_checks():
    env = REAL | {
        "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOP",
        "SITE_URL": "https://a.example",
    }
    done = start("from django.core.management import execute_from_command_line as run; "
                 "run(['manage.py', 'check', '--deploy', '--fail-level', 'ERROR'])", **env)  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "environment, said",
    [
        pytest.param(REAL, "required", id="real"),
        pytest.param(REAL | {"SECOND_FACTOR": "optional"}, "optional", id="real-but-optional"),
        pytest.param({"SHOWCASE_DEMO": "1"}, "optional", id="demo"),
    ],
)
def test_second_factor_is_asked_of_all_staff_unless_said_otherwise(environment, said, tmp_path):
    assert settings("settings.SECOND_FACTOR", VAR_DIR=str(tmp_path), **environment) == said


def test_second_factor_that_is_neither_is_refused_in_words(tmp_path):
    done = start("from django.conf import settings; settings.DEBUG", VAR_DIR=str(tmp_path), **REAL, SECOND_FACTOR="no")
    assert "SECOND_FACTOR is either required" in done.stderr
