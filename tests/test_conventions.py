"""What the code promises of itself, read from its syntax trees and its templates."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from bookings.states import Kind

ROOT = Path(settings.BASE_DIR)
CODE = ("showcase", "hubs", "bookings")
RULE = "bookings/places.py"
# What says who has a place. `write` of bookings/places.py alone may change it.
STATE = {"status", "party", "places_taken", "held_back", "capacity"}
ROWS = {"Places", "Booking"}
MAKES = {"create", "bulk_create", "get_or_create", "update_or_create"}
MOST_LINES = 320
LONGEST_LINE = 120
NOT_YET = "templates/emails/"
# Verbs only of the visitor: they take no `by`. And what is no verb although it takes a clock.
OF_THE_VISITOR = {"hold", "join", "at_another_address", "wait"}
NO_VERBS = {"locked", "locked_booking", "locked_both", "settle_if_due"}


def files(*folders: str) -> list[str]:
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(str(path.relative_to(ROOT)) for path in found if "migrations" not in path.parts)


def tree(file: str) -> ast.Module:
    return ast.parse((ROOT / file).read_text(), file)


def calls(module: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(module) if isinstance(node, ast.Call))


def dotted(node: ast.AST) -> list[str]:
    """The names of `a.b(…).c`, outermost last; what is no name is left out."""
    if isinstance(node, ast.Attribute):
        return [*dotted(node.value), node.attr]
    if isinstance(node, ast.Call):
        return dotted(node.func)
    return [node.id] if isinstance(node, ast.Name) else []


# --- nobody but the rule writes who has a place ---------------------------------------------------------------------


def writes_of_state(module: ast.AST, file: str = "") -> list[int]:
    """The lines that write a booking's status or size, or a Places row."""
    return sorted({*_assigned(module, file), *(call.lineno for call in calls(module) if _writes(call))})


def _assigned(module: ast.AST, file: str) -> Iterator[int]:
    """Where an attribute of that name is set; but a school of the register has a status, and so may what is no row."""
    names = STATE - {"status"} if file.startswith("hubs/") else STATE
    rows_own = file.startswith("bookings/models/")
    for node in ast.walk(module):
        set_here = isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr in names
        if set_here and (rows_own or dotted(node.value) != ["self"]):
            yield node.lineno


def _writes(call: ast.Call) -> bool:
    names = dotted(call.func)
    does = names[-1] if names else ""
    of_ours = bool(ROWS & set(names)) or bool({"places", "bookings"} & set(names[1:]))
    named = {keyword.arg for keyword in call.keywords}
    said = {node.value for node in ast.walk(call) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    if does == "setattr":
        return bool(said & STATE)
    if does == "update":
        return bool(named & STATE) or (of_ours and None in named)
    if does == "bulk_update":
        return bool(said & STATE)
    return does in MAKES and of_ours


def test_only_the_rule_writes_who_has_a_place():
    others = [file for file in files(*CODE) if file != RULE]
    assert {file: lines for file in others if (lines := writes_of_state(tree(file), file))} == {}


@pytest.mark.parametrize(
    "line",
    [
        "booking.status = 'held'",
        "booking.party, booking.language = 2, 'en'",
        "room.places.places_taken += 1",
        "setattr(places, 'capacity', 40)",
        "Places.objects.filter(pk=1).update(held_back=0)",
        "Places.objects.filter(pk=1).update(**values)",
        "session.bookings.filter(pk=1).update(status='held')",
        "session.bookings.update(**values)",
        "Booking.objects.bulk_update(rows, ['status'])",
        "Booking.objects.bulk_update(rows, fields=['deadline', 'party'])",
        "Booking.objects.create(session=session)",
        "session.bookings.create(language='en-gb')",
        "Places.objects.get_or_create(session=session)",
    ],
)
def test_every_way_of_writing_it_is_found(line):
    assert writes_of_state(ast.parse(line)) == [1]


@pytest.mark.parametrize(
    "line",
    [
        "said = booking.status",
        "Booking.objects.filter(status='held')",
        "Booking.objects.filter(pk=1).update(contact_name=name)",
        "Mail.objects.filter(pk=1).update(state='sent', **fields)",
        "Booking(session=session, party=2)",
        "write(room, Verb.SET_PLACES, capacity=3)",
    ],
)
def test_reading_it_is_no_writing(line):
    assert writes_of_state(ast.parse(line)) == []


def test_no_sql_of_our_own():
    raw = {"raw", "RawSQL", "execute", "executemany", "extra"}
    made = {
        file: raw & {name for call in calls(tree(file)) for name in dotted(call.func)[-1:]} for file in files(*CODE)
    }
    assert {file: found for file, found in made.items() if found} == {}


# --- what may know what ---------------------------------------------------------------------------------------------


def imported(module: ast.AST) -> set[str]:
    """The top packages that a file imports."""
    names: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").split(".")[0])
    return names


def test_hubs_know_nothing_of_bookings():
    assert [file for file in files("hubs") if "bookings" in imported(tree(file))] == []


def test_code_imports_no_tests():
    assert [file for file in files(*CODE) if "tests" in imported(tree(file))] == []


# Told the time, as `clock` or `now`.
TOLD_THE_TIME = [
    RULE,
    "bookings/room.py",
    "bookings/judging.py",
    "bookings/details.py",
    "bookings/staff_booking.py",
    "bookings/another_session.py",
    "bookings/contact.py",
    "bookings/identifying.py",
    "bookings/register.py",
    "bookings/office.py",
    "bookings/itinerary.py",
    "bookings/itinerary_link.py",
    "bookings/fair_share.py",
    "bookings/states.py",
    "bookings/people.py",
    "bookings/party.py",
    "bookings/session_changes.py",
    "bookings/moving.py",
    "bookings/wide_changes.py",
    "bookings/seen.py",
    "hubs/school_days.py",
    *files("bookings/models", "hubs/models"),
]


def clocks_read(module: ast.AST) -> list[str]:
    said = [(".".join(dotted(call.func)), call) for call in calls(module)]
    now = re.compile(r"(^|\.)(timezone\.now|datetime\.(now|utcnow|today)|date\.today|time\.time)$|^now$")
    today = re.compile(r"(^|\.)(localdate|localtime)$")
    return [name for name, call in said if now.search(name) or (today.search(name) and not call.args)]


def test_rule_is_told_the_time_and_never_reads_a_clock():
    assert {file: read for file in TOLD_THE_TIME if (read := clocks_read(tree(file)))} == {}


@pytest.mark.parametrize("line", ["timezone.now()", "dt.datetime.now(dt.UTC)", "now()", "timezone.localdate()"])
def test_every_clock_is_found(line):
    assert len(clocks_read(ast.parse(line))) == 1


def test_passing_a_clock_on_or_naming_a_day_is_no_reading():
    assert clocks_read(ast.parse("hold(clock=timezone.now); timezone.localdate(now); school.today()")) == []


# --- verbs ----------------------------------------------------------------------------------------------------------


def functions_with_a_clock(file: str) -> list[ast.FunctionDef]:
    def names(function: ast.FunctionDef) -> set[str]:
        return {argument.arg for argument in function.args.args + function.args.kwonlyargs}

    public = [node for node in tree(file).body if isinstance(node, ast.FunctionDef) and node.name[0] != "_"]
    return [function for function in public if "clock" in names(function) and function.name not in NO_VERBS]


VERBS = [
    pytest.param(function, id=function.name)
    for file in (
        RULE,
        "bookings/details.py",
        "bookings/staff_booking.py",
        "bookings/another_session.py",
        "bookings/contact.py",
        "bookings/identifying.py",
        "bookings/session_changes.py",
        "bookings/moving.py",
        "bookings/office.py",
        "bookings/itinerary_link.py",
    )
    for function in functions_with_a_clock(file)
]


@pytest.mark.parametrize("verb", VERBS)
def test_verb_takes_the_clock_and_who_acts_by_keyword(verb):
    by_keyword = {argument.arg for argument in verb.args.kwonlyargs}
    needed = {"clock"} if verb.name in OF_THE_VISITOR else {"clock", "by"}
    assert needed <= by_keyword


@pytest.mark.parametrize("verb", VERBS)
def test_verb_says_what_it_does(verb):
    assert (ast.get_docstring(verb) or "").endswith((".", ")"))


def test_there_are_verbs():
    assert {"hold", "confirm", "cancel", "release", "staff_booking", "open_booking"} <= {verb.id for verb in VERBS}


# --- files ----------------------------------------------------------------------------------------------------------


def test_no_file_is_longer_than_can_be_read_at_one_sitting():
    lengths = {file: len((ROOT / file).read_text().splitlines()) for file in files(*CODE)}
    assert {file: length for file, length in lengths.items() if length > MOST_LINES} == {}


def test_no_file_is_a_drawer_for_odds_and_ends():
    odd = {"utils", "util", "helpers", "helper", "services", "service", "misc", "common"}
    assert [file for file in files(*CODE, "tests") if odd & set(Path(file).with_suffix("").parts)] == []


# --- templates and static files -------------------------------------------------------------------------------------


def texts(folder: str, *suffixes: str) -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for path in (ROOT / folder).rglob("*") if path.suffix in suffixes)


PAGES = [file for file in texts("templates", ".html", ".svg") if file.split("/")[1] not in {"admin", "emails"}]
FORBIDDEN = re.compile(
    r"<script(?! type=.application/ld\+json)|\sstyle=|\son[a-z]+=|javascript:|<iframe|<style", re.IGNORECASE
)
OUTSIDE = re.compile(
    r"""(?:src|srcset|action)=["']?(?:https?:)?//|<link[^>]+href=["']?(?:https?:)?//|(?:fetch|import|importScripts)\(["'`](?:https?:)?//|@import|url\(["']?(?:https?:)?//"""
)


def test_page_needs_no_script_and_no_style_of_its_own():
    assert {file: found for file in PAGES if (found := FORBIDDEN.findall((ROOT / file).read_text()))} == {}


def test_nothing_is_fetched_from_elsewhere():
    sent = [*texts("templates", ".html", ".svg", ".txt"), *texts("static", ".css", ".svg", ".js")]
    assert {file: found for file in sent if (found := OUTSIDE.findall((ROOT / file).read_text()))} == {}


def long_lines(*files: str) -> list[str]:
    """Where a line is longer than ruff lets one of Python be: a change of one word in it could not be read."""
    lines = ((file, n, line) for file in files for n, line in enumerate((ROOT / file).read_text().splitlines(), 1))
    return [f"{file}:{n}" for file, n, line in lines if len(line) > LONGEST_LINE]


def test_style_sheets_scripts_and_templates_have_one_thing_a_line():
    pages = [file for file in texts("templates", ".html", ".txt", ".svg") if not file.startswith(NOT_YET)]
    assert long_lines(*pages, *texts("static", ".css", ".js", ".svg")) == []


@pytest.mark.parametrize(
    "text", ["<script>", '<p style="color: red">', "<button onclick=go()>", '<a href="javascript:go()">']
)
def test_every_script_and_style_is_found(text):
    assert FORBIDDEN.search(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        '<img src="https://x.example/a.png">',
        "<script src=//x.example/a.js>",
        '<link rel="stylesheet" href="https://x.example/a.css">',
        "body { background: url(//x.example/a.png) }",
        '@import "other.css";',
        'fetch("https://x.example/a")',
    ],
)
def test_everything_from_elsewhere_is_found(text):
    assert OUTSIDE.search(text) is not None


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_mail_has_its_three_templates(kind):
    folder = ROOT / "templates" / "emails"
    names = [f"{kind}.subject.txt", f"{kind}.txt", f"{kind}.html"]
    assert [name for name in names if not (folder / name).exists()] == []
