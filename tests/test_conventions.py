"""What the code promises of itself, read from its syntax trees and its templates."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from django.apps import apps
from django.conf import settings

from bookings.mail_kinds import Kind
from bookings.models import Visitor
from bookings.states import SessionStatus, Status, Verb
from hubs.vocabulary.email_address import LONGEST as LONGEST_ADDRESS
from hubs.vocabulary.longest import longest
from tests.imports import python_files

ROOT = Path(settings.BASE_DIR)
CODE = ("showcase", "hubs", "bookings")
MAKES = {"create", "bulk_create", "get_or_create", "update_or_create"}
MANY_LINES = 500  # a place to look, long before: nobody reads such a file at one sitting
LONGEST_LINE = 120


def files(*folders: str) -> list[str]:
    return list(python_files(*folders))


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


# --- who may write what a booking says ------------------------------------------------------------------------------


class Guarded(NamedTuple):
    """Fields that only files of some folders may write, with the models and related names that lead to their rows."""

    fields: frozenset[str]
    models: frozenset[str]
    relations: frozenset[str]
    by: tuple[str, ...]


# The demo's past exchange, in bulk: tests/bookings/test_demo_past.py compares its counts with its rows.
MADE_UP = "bookings/management/past/"
WHO_HAS_A_PLACE = Guarded(
    frozenset({"status", "party", "places_taken", "held_back", "capacity"}),
    frozenset({"Places", "Booking"}),
    frozenset({"places", "bookings"}),
    ("bookings/places.py", MADE_UP),
)
CONTACT = {"contact_name", "contact_email", "contact_mobile", "contact_comes", "email_key"}
SCHOOL = {"school", "school_kind", "school_name", "school_place", "school_key", "school_words"}
VISITOR = {"full_name", "needs", "needs_added", "seen_before", "released_at", "is_contact", "person_id", "first_time"}
WHO_THEY_ARE = Guarded(
    frozenset(CONTACT | SCHOOL | VISITOR),
    frozenset({"Visitor", "HandOver"}),
    frozenset({"visitors"}),
    (
        *("bookings/places.py", "bookings/rule/", "bookings/verbs/", "bookings/attendance/", "bookings/forgetting/"),
        MADE_UP,
    ),
)
WHO_CAME = Guarded(
    frozenset({"attendance", "marked_at", "marked_by"}),
    frozenset(),
    frozenset(),
    ("bookings/attendance/", "bookings/verbs/", MADE_UP),
)
GUARDED = {"who has a place": WHO_HAS_A_PLACE, "who they are": WHO_THEY_ARE, "who came": WHO_CAME}
NO_ROWS_OF_OURS = {"draft"}  # a draft holds what somebody is still typing


def written(module: ast.AST, what: Guarded, file: str = "") -> list[int]:
    """The lines that write such a field, or make such a row."""
    in_calls = {call.lineno for call in calls(module) if _writes(call, what)}
    return sorted({*_assigned(module, what, file), *in_calls})


def _assigned(module: ast.AST, what: Guarded, file: str) -> Iterator[int]:
    """Where an attribute of that name is set; a model may set its own where it is asked to, and an enum has values."""
    rows_own = file.startswith("bookings/models/")
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr in what.fields:
            of = dotted(node.value)[-1:]
            models_own = of == ["self"] and rows_own and what is WHO_HAS_A_PLACE
            if models_own or not (NO_ROWS_OF_OURS | {"self"}) & set(of):
                yield node.lineno


def _writes(call: ast.Call, what: Guarded) -> bool:
    names = dotted(call.func)
    does = names[-1] if names else ""
    if NO_ROWS_OF_OURS & {name.lower() for name in names}:
        return False
    of_ours = bool(what.models & set(names)) or bool(what.relations & set(names[1:]))
    named = {keyword.arg for keyword in call.keywords}
    said = {node.value for node in ast.walk(call) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    if does == "setattr":
        return bool(said & what.fields)
    if does == "update":
        return bool(named & what.fields) or (of_ours and None in named)
    if does == "bulk_update":
        return bool(said & what.fields)
    return does in MAKES and of_ours


@pytest.mark.parametrize("what", GUARDED.values(), ids=GUARDED)
def test_only_its_own_folders_write_it(what):
    others = [file for file in files("showcase", "bookings") if not file.startswith(what.by)]
    assert {file: lines for file in others if (lines := written(tree(file), what, file))} == {}


def test_hubs_know_no_booking_to_write_to():
    makes = {file: written(tree(file), WHO_HAS_A_PLACE, file) for file in files("hubs")}
    lines = {file: (ROOT / file).read_text().splitlines() for file, found in makes.items() if found}
    # A school of the register has a status of its own.
    assert {file for file, found in makes.items() for n in found if ".status" not in lines[file][n - 1]} == set()


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
def test_every_way_of_writing_who_has_a_place_is_found(line):
    assert written(ast.parse(line), WHO_HAS_A_PLACE) == [1]


@pytest.mark.parametrize(
    "line",
    [
        "booking.contact_email = 'x@school.example'",
        "booking.school = school",
        "visitor.released_at = now",
        "Booking.objects.filter(pk=1).update(contact_name=name)",
        "Visitor.objects.filter(pk=1).update(**values)",
        "booking.visitors.create(position=3)",
        "Visitor.objects.bulk_update(rows, ['full_name'])",
        "HandOver.objects.create(visitor=visitor)",
    ],
)
def test_every_way_of_writing_who_they_are_is_found(line):
    assert written(ast.parse(line), WHO_THEY_ARE) == [1]


@pytest.mark.parametrize(
    "line",
    [
        "said = booking.status",
        "Booking.objects.filter(status='held')",
        "Mail.objects.filter(pk=1).update(state='sent', **fields)",
        "Booking(session=session, party=2)",
        "write(room, Verb.SET_PLACES, capacity=3)",
        "draft.school = school",
    ],
)
def test_reading_it_is_no_writing(line):
    assert [written(ast.parse(line), what) for what in GUARDED.values()] == [[], [], []]


def test_no_sql_of_our_own():
    raw = {"raw", "RawSQL", "execute", "executemany", "extra"}
    made = {
        file: raw & {name for call in calls(tree(file)) for name in dotted(call.func)[-1:]}
        for file in files(*CODE)
        # the engines, and what copies a database whole: what is said to the server itself, about no row
        if not file.startswith(("showcase/postgres/", "showcase/sqlite3/", "bookings/operations/copying_"))
    }
    assert {file: found for file, found in made.items() if found} == {}


# --- who may read the clock -----------------------------------------------------------------------------------------

# Pages, commands and sign-in read it and pass it on; everything below is told the time, as `clock` or `now`.
MAY_READ_THE_CLOCK = (
    "bookings/views/",
    "bookings/admin/",
    "bookings/templatetags/",
    "bookings/management/",
    "hubs/admin/",
    "hubs/management/",
    "hubs/staff/signing_in/",
    "hubs/vocabulary/clock.py",
    "showcase/",
)


def clocks_read(module: ast.AST) -> list[str]:
    said = [(".".join(dotted(call.func)), call) for call in calls(module)]
    now = re.compile(r"(^|\.)(timezone\.now|datetime\.(now|utcnow|today)|date\.today|time\.time)$|^now$")
    today = re.compile(r"(^|\.)(localdate|localtime)$")
    return [name for name, call in said if now.search(name) or (today.search(name) and not call.args)]


def test_only_pages_and_commands_read_a_clock():
    told = [file for file in files(*CODE) if not file.startswith(MAY_READ_THE_CLOCK)]
    assert {file: read for file in told if (read := clocks_read(tree(file)))} == {}


@pytest.mark.parametrize("line", ["timezone.now()", "dt.datetime.now(dt.UTC)", "now()", "timezone.localdate()"])
def test_every_clock_is_found(line):
    assert len(clocks_read(ast.parse(line))) == 1


def test_passing_a_clock_on_or_naming_a_day_is_no_reading():
    assert clocks_read(ast.parse("hold(clock=timezone.now); timezone.localdate(now); school.today()")) == []


# --- verbs ----------------------------------------------------------------------------------------------------------

# Verbs that only the visitor has: they need not say `by`. And what takes a clock and is no verb.
OF_THE_VISITOR = {
    "hold",
    "join",
    "at_another_address",
    "wait",
    "add_visitor",
    "confirm_all",
    "drop_all",
    "hand_over",
    "take",
    "take_back",
    "mark_seen",
    "change_own",
    "take_needs_away",
    "put_name_right",
    "ask_for_address",
    "take_address",
    "keep_address",
    "enrol",
    "name",
    "decline",
}
NO_VERBS = {"locked", "locked_booking", "locked_together", "settle_if_due", "carry_out", "carry_out_now", "send_test"}
NO_VERBS |= {"try_again"}


def functions_with_a_clock(file: str) -> list[ast.FunctionDef]:
    def names(function: ast.FunctionDef) -> set[str]:
        return {argument.arg for argument in function.args.args + function.args.kwonlyargs}

    public = [node for node in tree(file).body if isinstance(node, ast.FunctionDef) and node.name[0] != "_"]
    return [function for function in public if "clock" in names(function) and function.name not in NO_VERBS]


VERB_FILES = [
    "bookings/places.py",
    *files("bookings/verbs", "bookings/sessions", "bookings/attendance", "bookings/groups"),
]
VERBS = [
    pytest.param(function, id=f"{Path(file).stem}.{function.name}")
    for file in VERB_FILES
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
    found = {verb.id.split(".")[1] for verb in VERBS}
    assert {"hold", "confirm", "cancel", "release", "staff_booking", "open_booking", "move", "give"} <= found
    assert found >= OF_THE_VISITOR


def test_row_of_a_mail_is_made_in_one_place():
    made = {file for file in files(*CODE) if any(dotted(call.func) == ["Mail"] for call in calls(tree(file)))}
    assert made == {"bookings/rule/outbox.py"}


def test_new_verb_or_kind_writes_no_migration():
    """What the columns of these hold is said by a function, which a migration names."""
    names = {*Verb.values, *Kind.values}
    fields = [field for model in apps.get_app_config("bookings").get_models() for field in model._meta.get_fields()]
    listed = [field for field in fields if getattr(field, "choices", None) and dict(field.choices).keys() <= names]
    of_statuses = [field for field in listed if dict(field.choices).keys() <= {*Status.values, *SessionStatus.values}]
    found = {str(field): callable(field.deconstruct()[3]["choices"]) for field in listed if field not in of_statuses}
    columns = ("AuditEntry.verb", "Mail.kind", "SessionChange.verb", "WideChange.verb")
    assert found == {f"bookings.{column}": True for column in columns}


# --- files ----------------------------------------------------------------------------------------------------------


def test_no_file_is_longer_than_can_be_read_at_one_sitting():
    lengths = {file: len((ROOT / file).read_text().splitlines()) for file in files(*CODE)}
    assert {file: length for file, length in lengths.items() if length > MANY_LINES} == {}


def test_no_file_is_a_drawer_for_odds_and_ends():
    odd = {"utils", "util", "helpers", "helper", "services", "service", "misc", "common"}
    assert [file for file in files(*CODE, "tests") if odd & set(Path(file).with_suffix("").parts)] == []


# --- how long a text may be -----------------------------------------------------------------------------------------

OF_COLUMNS = re.compile("(hubs|bookings)/(models|migrations)/")
TEXTS = {f"forms.{name}" for name in ("CharField", "EmailField", "RegexField", "SlugField", "URLField")}


def with_no_limit(module: ast.Module) -> list[int]:
    """The lines of fields of forms that do not say how long a text may be, or say so by a number of their own."""
    known, found = {*_names_of_limits(module)}, []
    for call in calls(module):
        limits = [_is_limit(one.value, known) for one in call.keywords if one.arg == "max_length"]
        if not all(limits) or (not limits and ".".join(dotted(call.func)) in TEXTS):
            found.append(call.lineno)
    return found


def _is_limit(value: ast.expr, known: set[str]) -> bool:
    """What a column holds, or what is kept in none; None, where it is said, is as much as anybody can send."""
    if isinstance(value, ast.Call):
        return dotted(value) in (["longest"], ["not_kept"])
    if isinstance(value, ast.Name):
        return value.id in known
    return isinstance(value, ast.Constant) and value.value is None


def _names_of_limits(module: ast.Module) -> Iterator[str]:
    """Those by which a column says how long it is, so that no form differs from it; and those given here."""
    for node in module.body:
        if isinstance(node, ast.ImportFrom) and OF_COLUMNS.match(f"{node.module}.".replace(".", "/")):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and _is_limit(node.value, set()):
            yield from (name.id for name in node.targets if isinstance(name, ast.Name))


def test_form_takes_how_long_a_text_may_be_from_its_column():
    found = {file: with_no_limit(tree(file)) for file in files(*CODE) if not OF_COLUMNS.match(file)}
    assert {file: lines for file, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "line",
    [
        "why = Line(max_length=400)",
        "why = forms.CharField(label=_('Why'))",
        "why = forms.EmailField(max_length=MOST)",
        "MOST = 400\nwhy = Line(max_length=MOST)",
        "why = Line(max_length=longest(AuditEntry, 'why') + 100)",
    ],
)
def test_every_limit_of_a_form_s_own_is_found(line):
    assert with_no_limit(ast.parse(line)) != []


@pytest.mark.parametrize(
    "line",
    [
        "why = Line(max_length=longest(AuditEntry, 'why'))",
        "code = forms.CharField(max_length=not_kept(40))",
        "pasted = forms.CharField(max_length=None)",
        "from bookings.models.letter import LONGEST_LETTER\nwords = forms.CharField(max_length=LONGEST_LETTER)",
        "MOST = longest(Booking, 'school_name', at_most=150)\nschool = Line(max_length=MOST)",
        "why = FullName()",
    ],
)
def test_limit_of_a_column_is_no_form_s_own(line):
    assert with_no_limit(ast.parse(line)) == []


def test_texts_that_go_from_row_to_row_fit_each_column_on_their_way():
    fields = [field for model in apps.get_app_config("bookings").get_models() for field in model._meta.fields]
    names = {field.max_length for field in fields if field.name.endswith("_name")}
    keys = {field.max_length for field in fields if "email" in field.name or field.name == "recipient_key"}
    mobiles = {field.max_length for field in fields if field.name.endswith("mobile")}
    assert (names, keys, mobiles) == ({200}, {LONGEST_ADDRESS}, {30})
    assert longest(Visitor, "needs") <= longest(Visitor, "needs_added")


# --- templates and static files -------------------------------------------------------------------------------------


def texts(folder: str, *suffixes: str) -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for path in (ROOT / folder).rglob("*") if path.suffix in suffixes)


PAGES = [file for file in texts("templates", ".html", ".svg") if file.split("/")[1] not in {"admin", "emails"}]
FORBIDDEN = re.compile(
    r"<script(?! type=.application/ld\+json)|\sstyle=|\son[a-z]+=|javascript:|<iframe|<style", re.IGNORECASE
)
OUTSIDE = re.compile(
    r"""(?:src|srcset|action)=["']?(?:https?:)?//|<link[^>]+href=["']?(?:https?:)?//"""
    r"""|(?:fetch|import|importScripts)\(["'`](?:https?:)?//|@import(?! url\("\.\./)|url\(["']?(?:https?:)?//"""
)


def test_page_needs_no_script_and_no_style_of_its_own():
    found = {file: FORBIDDEN.findall((ROOT / file).read_text()) for file in PAGES}
    shows_mail = found.pop("templates/dev_mail.html")  # of the demo alone: a mail has styles, so it has a frame
    assert shows_mail == ["<iframe"]
    assert {file: forbidden for file, forbidden in found.items() if forbidden} == {}


def test_nothing_is_fetched_from_elsewhere():
    sent = [*texts("templates", ".html", ".svg", ".txt"), *texts("static", ".css", ".svg", ".js")]
    assert {file: found for file in sent if (found := OUTSIDE.findall((ROOT / file).read_text()))} == {}


def long_lines(*files: str) -> list[str]:
    """Where a line is longer than ruff lets one of Python be: a change of one word in it could not be read."""
    lines = ((file, n, line) for file in files for n, line in enumerate((ROOT / file).read_text().splitlines(), 1))
    return [f"{file}:{n}" for file, n, line in lines if len(line) > LONGEST_LINE]


def test_style_sheets_scripts_and_templates_have_one_thing_a_line():
    pages = texts("templates", ".html", ".txt", ".svg")
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
        '@import url("https://x.example/a.css") layer(theirs);',
        'fetch("https://x.example/a")',
    ],
)
def test_everything_from_elsewhere_is_found(text):
    assert OUTSIDE.search(text) is not None


# --- mails ------------------------------------------------------------------------------------------------------------

MAILS = ROOT / "templates" / "emails"
PARTS = sorted(path.stem for path in (MAILS / "parts").glob("*.html"))
STYLED = re.compile(r"style=|<(?:p|h\d|a|b|br|span|div|table|td)\b")


def test_every_kind_of_mail_is_one_template_and_no_other_is_there():
    assert sorted(path.name for path in MAILS.iterdir() if path.is_file()) == sorted(f"{kind}.html" for kind in Kind)


def test_every_kind_of_mail_leaves_its_layout_to_who_renders_it():
    for kind in Kind:
        extends = (MAILS / f"{kind}.html").read_text().partition("\n")[0]
        assert (kind, extends) in {(kind, "{% extends layout %}"), (kind, '{% extends "emails/parts/change.html" %}')}
    assert (MAILS / "parts" / "change.html").read_text().startswith("{% extends layout %}")


@pytest.mark.parametrize("name", [*Kind, *(f"parts/{part}" for part in PARTS)])
def test_mail_says_what_and_its_tags_how_it_looks(name):
    text = (MAILS / f"{name}.html").read_text()
    assert STYLED.findall(text) == []
    assert [line for line in text.splitlines() if len(line) > 120] == []


@pytest.mark.parametrize("part", PARTS)
def test_every_part_of_a_mail_is_used(part):
    users = [path for path in MAILS.rglob("*.*") if f'"emails/parts/{part}.html"' in path.read_text()]
    assert users != []


# --- what the code cites --------------------------------------------------------------------------------------------

CITED_RULE = re.compile(r"rule\.md(?:#([\w-]+))?")
CITED_DECISION = re.compile(r"(?:docs/decisions/|\b[Dd]ecision )(\d{4})([\w-]*)")


def headings(file: str) -> set[str]:
    """The headings of a document, as a link to them is written."""
    lines = (ROOT / file).read_text().splitlines()
    titles = (line.lstrip("# ").lower() for line in lines if line.startswith("##"))
    return {re.sub(r"[^\w -]", "", title).replace(" ", "-") for title in titles}


def cited(pattern: re.Pattern[str]) -> Iterator[tuple[str, re.Match[str]]]:
    """Where the code and the decisions cite something."""
    for file in [*files(), *texts("templates", ".html"), *texts("docs/decisions", ".md")]:
        if file != "tests/test_conventions.py":
            yield from ((file, found) for found in pattern.finditer((ROOT / file).read_text()))


def test_every_heading_of_the_rule_that_is_cited_is_there():
    known = headings("docs/rule.md")
    assert [(file, found[0]) for file, found in cited(CITED_RULE) if found[1] and found[1] not in known] == []
    assert len({found[1] for _file, found in cited(CITED_RULE)} & known) > 10


def test_every_decision_that_is_cited_is_there():
    known = {path.stem for path in (ROOT / "docs" / "decisions").glob("*.md")}
    lost = [
        (file, found[0])
        for file, found in cited(CITED_DECISION)
        if not any(name.startswith(found[1] + found[2]) for name in known)
    ]
    assert lost == []


def test_nothing_outside_the_repository_is_cited():
    outside = re.compile(r"product\.md|\(section \d|issue \"|\.\./shared")
    assert [(file, found[0]) for file, found in cited(outside)] == []


# --- where script/test looks for them ---------------------------------------------------------------------------------


def test_what_needs_a_browser_stands_where_it_is_run():
    elsewhere = [file for file in files("tests") if not file.startswith("tests/browser/")]
    marker = "mark." + "browser"
    assert [file for file in elsewhere if marker in (ROOT / file).read_text()] == []
