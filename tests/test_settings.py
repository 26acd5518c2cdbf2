"""How it starts: what a real start must have, and that the demo never serves real hosts."""

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import pytest
from django.core.exceptions import ImproperlyConfigured

from showcase.environment import NAMES, Environment, table

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
NEW_KEY, OLD_KEY = "a-new-key-of-the-private-links-12", "an-old-key-of-the-private-links-1"
REAL = {
    "SECRET_KEY": "s" * 50,
    "LINK_KEYS": f"{NEW_KEY},{OLD_KEY}",
    "CODE_KEYS": "c" * 50,
    "HASH_KEY": "h" * 50,
    "ALLOWED_HOSTS": "bookings.example",
    "SITE_URL": "https://bookings.example",
    "EMAIL_URL": "smtp+tls://user:password@mail.example:587",
    "DEFAULT_FROM_EMAIL": "bookings@bookings.example",
}
SECRETS = ("SECRET_KEY", "LINK_KEYS", "CODE_KEYS", "HASH_KEY")


def exactly(environment):
    """The environment of this run, with these of our settings and no others."""
    theirs = (*NAMES, "DJANGO_", "SHOWCASE_")
    return {name: value for name, value in os.environ.items() if not name.startswith(theirs)} | environment


def start(code, **environment):
    """Run `code` in a Python of its own with exactly these settings in the environment."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=exactly({"DJANGO_SETTINGS_MODULE": "showcase.settings"} | environment),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def read(**environment):
    """The settings as a start reads them, by name."""
    with patch.dict(os.environ, exactly(environment), clear=True):
        return runpy.run_path(str(ROOT / "showcase" / "settings.py"))


def settings(expression, **environment):
    """What an expression over the settings gives, as it is printed."""
    done = start(f"from django.conf import settings; print({expression})", **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def refused(**environment):
    """What a start ends with: a sentence a line."""
    with pytest.raises(ImproperlyConfigured) as error:
        read(**environment)
    return str(error.value)


@pytest.mark.parametrize("hosts", ["bookings.example", "127.0.0.1,bookings.example", "*", "0.0.0.0"])
def test_demo_with_real_hosts_is_refused_in_one_sentence(tmp_path, hosts):
    assert refused(SHOWCASE_DEMO="1", VAR_DIR=str(tmp_path), ALLOWED_HOSTS=hosts) == (
        "The demo keeps mail where anyone can read it, so it runs on this machine alone: "
        "unset SHOWCASE_DEMO to serve real hosts."
    )


@pytest.mark.parametrize("name", SECRETS)
def test_start_without_its_own_secret_is_refused_in_one_sentence(name):
    sentence = f"Set {name}: a start without the demo needs its own secrets."
    assert refused(**(REAL | {name: ""})) == sentence
    assert refused(**{other: value for other, value in REAL.items() if other != name}) == sentence


@pytest.mark.parametrize(
    "name, why",
    [
        ("SITE_URL", "the address that mails link to, such as https://showcase.example"),
        ("EMAIL_URL", "the mail server, such as smtp+tls://user:password@host:587"),
        ("DEFAULT_FROM_EMAIL", "the address that mails come from, such as bookings@showcase.example"),
    ],
)
def test_start_without_what_its_mails_need_is_refused_in_one_sentence(name, why):
    for nothing in ({name: ""}, {name: "  "}):
        assert refused(**(REAL | nothing)) == f"Set {name}: {why}."
    assert refused(**{other: value for other, value in REAL.items() if other != name}) == f"Set {name}: {why}."


@pytest.mark.parametrize(
    "given", ["bookings.example", "https://", "ftp://a.example", "https://a.example/x", "https://a b"]
)
def test_address_of_the_site_that_mails_cannot_link_to_is_refused(given):
    sentence = "SITE_URL is https:// and a host, nothing after it, such as https://showcase.example."
    assert refused(**(REAL | {"SITE_URL": given})) == sentence


@pytest.mark.parametrize("name", ["LINK_KEYS", "CODE_KEYS", "HASH_KEY", "SECRET_KEY_FALLBACKS"])
def test_key_that_is_used_twice_is_refused(name):
    sentence = "Two of the keys are the same: each has its own, so that whoever learns one learns no other."
    assert refused(**(REAL | {name: REAL["SECRET_KEY"]})) == sentence


def test_old_secret_among_the_fallbacks_still_verifies():
    read_ = read(**(REAL | {"SECRET_KEY_FALLBACKS": f"{NEW_KEY[::-1]}, {OLD_KEY[::-1]}"}))
    assert read_["SECRET_KEY_FALLBACKS"] == [NEW_KEY[::-1], OLD_KEY[::-1]]
    assert read(**REAL)["SECRET_KEY_FALLBACKS"] == []


NO_KEY = "LINK_KEYS has a comma with no key beside it."
SHORT = "{} is too short: a key has 32 characters or more."


@pytest.mark.parametrize(
    "name, given, sentence",
    [
        pytest.param("LINK_KEYS", f"{NEW_KEY},", NO_KEY, id="comma at the end"),
        pytest.param("LINK_KEYS", f",{NEW_KEY}", NO_KEY, id="comma at the beginning"),
        pytest.param("LINK_KEYS", f"{NEW_KEY}, ,{OLD_KEY}", NO_KEY, id="nothing between commas"),
        pytest.param("LINK_KEYS", ",", NO_KEY, id="comma alone"),
        pytest.param("LINK_KEYS", "x", SHORT, id="short key of links"),
        pytest.param("LINK_KEYS", f"{NEW_KEY},x", SHORT, id="short old key of links"),
        pytest.param("LINK_KEYS", "x" * 31 + " " * 9, SHORT, id="key filled up with spaces"),
        pytest.param("SECRET_KEY", "s" * 31, SHORT, id="short secret"),
        pytest.param("SECRET_KEY", "  ", "Set {}: a start without the demo needs its own secrets.", id="blank secret"),
    ],
)
def test_start_with_a_key_that_can_be_guessed_is_refused_in_one_sentence(name, given, sentence):
    assert refused(**(REAL | {name: given})) == sentence.format(name)


def test_all_that_is_wrong_with_the_settings_is_said_at_once():
    done = start("from django.conf import settings; settings.DEBUG", LINK_KEYS="x,", SECOND_FACTOR="no")
    assert done.returncode != 0
    assert done.stderr.partition("ImproperlyConfigured: ")[2].splitlines() == [
        "Set SECRET_KEY: a start without the demo needs its own secrets.",
        NO_KEY,
        SHORT.format("LINK_KEYS"),
        "Set CODE_KEYS: a start without the demo needs its own secrets.",
        "Set HASH_KEY: a start without the demo needs its own secrets.",
        "Set SITE_URL: the address that mails link to, such as https://showcase.example.",
        "SECOND_FACTOR is either required (of all staff) or optional (where a hub asks for it).",
        "Set EMAIL_URL: the mail server, such as smtp+tls://user:password@host:587.",
        "Set DEFAULT_FROM_EMAIL: the address that mails come from, such as bookings@showcase.example.",
    ]


def test_demo_does_not_start_with_a_key_that_can_be_guessed(tmp_path):
    assert refused(SHOWCASE_DEMO="1", VAR_DIR=str(tmp_path), LINK_KEYS=f"{NEW_KEY},") == NO_KEY
    (tmp_path / "secret_key").write_text("")  # the disk was full
    assert len(read(SHOWCASE_DEMO="1", VAR_DIR=str(tmp_path))["SECRET_KEY"]) >= 32


def test_key_may_begin_with_any_character():
    read_ = read(**(REAL | {"SECRET_KEY": f"${OLD_KEY}", "LINK_KEYS": f"${NEW_KEY}"}))
    assert (read_["SECRET_KEY"], read_["LINK_KEYS"]) == (f"${OLD_KEY}", [f"${NEW_KEY}"])


def test_demo_makes_secrets_of_its_own_and_keeps_them(tmp_path):
    demo = {"SHOWCASE_DEMO": "1", "VAR_DIR": str(tmp_path)}
    first, again = read(**demo), read(**demo)
    assert first["SECRET_KEY"] == again["SECRET_KEY"] not in first["LINK_KEYS"]
    assert first["LINK_KEYS"] == again["LINK_KEYS"]
    assert len((tmp_path / "secret_key").read_text()) >= 50


def test_demo_serves_this_machine_alone_and_shows_its_mail(tmp_path):
    demo = {"SHOWCASE_DEMO": "1", "VAR_DIR": str(tmp_path)}
    assert read(**demo)["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]
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
    assert read(**rest)["ALLOWED_HOSTS"] == []


@pytest.mark.parametrize("between", [",", ", ", " , ", ",\n"])
def test_several_link_keys_are_read_in_their_order(between):
    given = REAL | {"LINK_KEYS": f"{NEW_KEY}{between}{OLD_KEY}\n"}
    assert read(**given)["LINK_KEYS"] == [NEW_KEY, OLD_KEY]


@pytest.mark.parametrize("given", ["https://bookings.example", "https://bookings.example/"])
def test_address_of_the_site_has_no_slash_at_its_end(given):
    assert read(**(REAL | {"SITE_URL": given}))["SITE_URL"] == "https://bookings.example"


def test_sqlite_waits_for_its_lock_and_loses_nothing():
    options = str(read(**REAL, DATABASE_URL="sqlite:////tmp/x.sqlite3")["DATABASES"]["default"]["OPTIONS"])
    for said in ("'transaction_mode': 'IMMEDIATE'", "'timeout': 10", "journal_mode=WAL", "synchronous=FULL"):
        assert said in options


def test_postgres_is_reached_by_the_engine_whose_waits_end():
    url = "postgres://web:secret@db1,db2/showcase?target_session_attrs=read-write"
    found = read(**REAL, DATABASE_URL=url)
    database = found["DATABASES"]["default"]
    assert (database["ENGINE"], database["HOST"], database["NAME"]) == ("showcase.postgres", "db1,db2", "showcase")
    assert database["OPTIONS"]["target_session_attrs"] == "read-write"
    assert found["DATABASE_PATIENCE"] == 12


@pytest.mark.parametrize("said, threshold, through_a_pooler", [("", 5, False), ("no", None, False), ("yes", 5, True)])
def test_postgres_keeps_plans_unless_that_is_forbidden(said, threshold, through_a_pooler):
    options = read(**REAL, DATABASE_URL="postgres://web@db/showcase", PREPARED_STATEMENTS=said)["DATABASES"]["default"][
        "OPTIONS"
    ]
    assert (options["prepare_threshold"], options["prepares_through_a_pooler"]) == (threshold, through_a_pooler)


@pytest.mark.parametrize("command, seconds", [("worker", 70), ("run_due", 70), ("migrate", 3600)])
def test_what_nobody_waits_for_has_more_time(command, seconds):
    asked = f"import sys; sys.argv = ['manage.py', '{command}']; from django.conf import settings"
    assert start(f"{asked}; print(settings.DATABASE_PATIENCE)", **REAL).stdout.strip() == str(seconds)


@pytest.mark.parametrize(
    "given",
    [
        {"DATABASE_URL": "postgres://web:secret@db/showcase?options=-c%20lock_timeout%3D3s"},
        {"DATABASE_URL": "postgres://web:secret@db/showcase", "PGOPTIONS": "-c lock_timeout=3s"},
    ],
    ids=["in the address", "beside it"],
)
def test_timeouts_that_a_pooler_would_mix_are_refused(given):
    assert refused(**REAL, **given) == (
        "DATABASE_URL takes no options= (nor does PGOPTIONS): a pooler would refuse or mix them. "
        "Time-outs belong to the database's roles (manage.py database_roles)."
    )


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
    assert read(VAR_DIR=str(tmp_path), **environment)["SECOND_FACTOR"] == said


def test_second_factor_that_is_neither_is_refused_in_words():
    sentence = "SECOND_FACTOR is either required (of all staff) or optional (where a hub asks for it)."
    assert refused(**REAL, SECOND_FACTOR="no") == sentence


@pytest.mark.parametrize("command", ["lifecycle", "check", "makemigrations --check --dry-run"])
def test_command_that_signs_nothing_runs_in_a_fresh_checkout(command, tmp_path):
    run = subprocess.run(
        [sys.executable, "manage.py", *command.split()],
        cwd=ROOT,
        env=exactly({"VAR_DIR": str(tmp_path)}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")


def test_command_that_serves_does_not(tmp_path):
    run = subprocess.run(
        [sys.executable, "manage.py", "migrate"],
        cwd=ROOT,
        env=exactly({"VAR_DIR": str(tmp_path)}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Set SECRET_KEY" in run.stderr


# --- the table of the guide -------------------------------------------------------------------------------------------


def test_guide_has_the_table_of_settings():
    """Between two marks of docs/running.md, as `python -m showcase.environment` prints it."""
    guide = (ROOT / "docs" / "running.md").read_text()
    drawn = guide.partition("<!-- settings -->\n")[2].partition("<!-- /settings -->")[0]
    assert drawn.strip() == table()


def test_every_setting_of_the_table_is_read():
    text = (ROOT / "showcase" / "settings.py").read_text()
    assert [name for name in NAMES if not re.search(rf"""["']{name}["']""", text)] == []


def test_setting_that_stands_in_no_row_cannot_be_read():
    with pytest.raises(LookupError, match=r"^NOBODY is read, and stands in no row"):
        Environment().str("NOBODY", default="")
    with pytest.raises(LookupError, match=r"^NOBODY is read, and stands in no row"):
        Environment().as_it_stands("NOBODY")


def test_environment_is_read_in_one_place():
    """Elsewhere it is only told where the settings are; libpq's own PGOPTIONS is looked at to refuse it."""
    read = [
        (str(path.relative_to(ROOT)), line.strip())
        for folder in ("showcase", "hubs", "bookings")
        for path in (ROOT / folder).rglob("*.py")
        for line in path.read_text().splitlines()
        if re.search(r"os\.environ|getenv|environ\.Env", line)
    ]
    # The last is what postfix says of one mail.
    allowed = (
        'os.environ.setdefault("DJANGO_SETTINGS_MODULE"',
        'os.environ.get("PGOPTIONS")',
        'os.environ.get("ORIGINAL_RECIPIENT", "")',
    )
    elsewhere = [one for one in read if one[0] != "showcase/environment.py" and not any(a in one[1] for a in allowed)]
    assert elsewhere == []
