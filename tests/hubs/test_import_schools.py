"""`manage.py import_schools`: what a register's row becomes, what is refused, what is left out."""

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hubs.models import LocalAuthority, School
from hubs.schools.gias import writing
from hubs.schools.search import schools_found
from hubs.vocabulary.teaching import Years
from tests.factories import SchoolFactory

pytestmark = pytest.mark.django_db

Status, Phase = School.Status, School.Phase
WEST_BOROUGH = {
    "URN": "118568",
    "LA (code)": "886",
    "LA (name)": "Kent",
    "EstablishmentNumber": "2653",
    "EstablishmentName": "West Borough Primary School",
    "TypeOfEstablishment (name)": "Community school",
    "EstablishmentStatus (code)": "1",
    "OpenDate": "",
    "CloseDate": "",
    "PhaseOfEducation (code)": "2",
    "StatutoryLowAge": "4",
    "StatutoryHighAge": "11",
    "Town": "Maidstone",
    "Postcode": "ME16 8TL",
    "Easting": "573842",
    "Northing": "155270",
}
NOTHING = "Schools: 0 created, 0 updated, 0 closed, {} unchanged."


def row(**cells):
    """A row of the register: West Borough's, with other cells; names of columns are shortened to keyword arguments."""
    names = {"urn": "URN", "name": "EstablishmentName", "status": "EstablishmentStatus (code)", "town": "Town"}
    names |= {"opened": "OpenDate", "closed": "CloseDate", "phase": "PhaseOfEducation (code)", "postcode": "Postcode"}
    names |= {"low": "StatutoryLowAge", "high": "StatutoryHighAge", "easting": "Easting", "northing": "Northing"}
    names |= {"code": "LA (code)", "authority": "LA (name)", "type": "TypeOfEstablishment (name)"}
    return WEST_BOROUGH | {names[name]: value for name, value in cells.items()}


def table(rows):
    """Rows as the text of a file, quoted as DfE quotes."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@pytest.fixture
def register(tmp_path):
    """Import rows, or a file's bytes: what the command said, and what it complained of."""

    def run(*rows, links=None, **options):
        path = tmp_path / "register.csv"
        path.write_bytes(rows[0] if isinstance(rows[0], bytes) else table(rows).encode("cp1252"))
        if links:
            options["links"] = tmp_path / "links.csv"
            options["links"].write_text(links)
        out, err = io.StringIO(), io.StringIO()
        call_command("import_schools", path, stdout=out, stderr=err, **options)
        return out.getvalue().splitlines(), err.getvalue().splitlines()

    return run


def test_school_is_created_with_all_that_the_register_says_of_it(register):
    said, complained = register(row(opened="01-09-2014"))
    assert said == [
        "Schools: 1 created, 0 updated, 0 closed, 0 unchanged.",
        "Local authorities: 1 created, 0 renamed.",
    ]
    assert complained == []
    assert School.objects.values().get() | {"search": ""} == {
        "pupils": None,
        "free_meals": None,
        "urn": 118568,
        "name": "West Borough Primary School",
        "type_name": "Community school",
        "status": Status.OPEN,
        "opened": dt.date(2014, 9, 1),
        "closed": None,
        "successor_id": None,
        "phase": Phase.PRIMARY,
        "low_age": 4,
        "high_age": 11,
        "local_authority_id": "886",
        "town": "Maidstone",
        "postcode": "ME16 8TL",
        "easting": 573842,
        "northing": 155270,
        "search": "",
    }
    assert list(schools_found("west boro maidstone")) == [School.objects.get()]


def test_second_run_changes_nothing_and_writes_nothing(register):
    rows = [row(urn=str(urn), closed="31-08-2019", name=f"École {urn}") for urn in range(100000, 100005)]
    register(*rows)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        said, _complained = register(*rows)
    assert said[0] == NOTHING.format(5)
    assert [one["sql"] for one in asked if one["sql"].startswith(("INSERT", "UPDATE", "DELETE"))] == []


def test_what_changed_is_updated_and_closed_and_counted(register):
    register(row(urn="100000"), row(urn="100001"), row(urn="100002"), row(urn="100003", code="", authority=""))
    said, _complained = register(
        row(urn="100000"),
        row(urn="100001", name="West Borough Academy", postcode="me168tl"),
        row(urn="100002", status="2", closed="31-08-2019"),
        row(urn="100003"),
        row(urn="100004", code="301", authority="Barking"),
    )
    assert said == [
        "Schools: 1 created, 2 updated, 1 closed, 1 unchanged.",
        "Local authorities: 1 created, 0 renamed.",
    ]
    shut = School.objects.get(urn=100002)
    assert (shut.status, shut.closed) == (Status.CLOSED, dt.date(2019, 8, 31))
    assert schools_found("west borough academy")[0].urn == 100001
    assert School.objects.get(urn=100003).local_authority.name == "Kent"


def test_closed_school_that_opens_again_is_updated(register):
    register(row(status="2", closed="31-08-2019"))
    said, _complained = register(row())
    assert said[0] == "Schools: 0 created, 1 updated, 0 closed, 0 unchanged."
    assert (School.objects.get().status, School.objects.get().closed) == (Status.OPEN, None)


def test_local_authority_is_renamed(register):
    register(row())
    said, _complained = register(row(authority="Kent County"))
    assert said[1] == "Local authorities: 0 created, 1 renamed."
    assert LocalAuthority.objects.get().name == "Kent County"


def test_school_that_the_file_leaves_out_stays_open_and_is_counted(register):
    register(row(urn="100000"), row(urn="100001"), row(urn="100002", status="2"))
    said, _complained = register(row(urn="100000"))
    assert said == [
        NOTHING.format(1),
        "Local authorities: 0 created, 0 renamed.",
        "Open schools that are not in this file, left as they are: 1.",
    ]
    said, _complained = register(row(urn="100000"), close_missing=True)
    assert said == ["Schools: 0 created, 0 updated, 1 closed, 1 unchanged.", "Local authorities: 0 created, 0 renamed."]
    assert list(School.objects.open().values_list("urn", flat=True)) == [100000]


def test_nothing_is_closed_for_being_left_out_while_a_urn_cannot_be_read(register):
    register(row(urn="100000"), row(urn="100001"))
    said, _complained = register(row(urn="100000"), row(urn="10000l"), close_missing=True)
    assert said[-1] == "They were not closed, because rows without a readable URN may be theirs."
    assert School.objects.open().count() == 2
    broken_but_named = row(urn="100001", phase="x")
    said, _complained = register(row(urn="100000"), broken_but_named, close_missing=True)
    assert School.objects.open().count() == 2


def test_file_without_a_school_closes_none(register):
    register(row())
    register(",".join(WEST_BOROUGH).encode(), close_missing=True)
    assert School.objects.open().count() == 1


# --- every kind of school -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cells, kept",
    [
        pytest.param({"status": "4", "opened": "01-09-2030"}, {"status": Status.PROPOSED}, id="proposed"),
        pytest.param({"status": "3", "closed": "31-08-2030"}, {"status": Status.CLOSING}, id="proposed to close"),
        pytest.param(
            {"type": "Other independent school", "phase": "0", "low": "3", "high": "18"},
            {"type_name": "Other independent school", "phase": 0, "low_age": 3, "high_age": 18},
            id="independent",
        ),
        pytest.param(
            {"type": "Welsh establishment", "code": "681", "authority": "Cardiff", "postcode": "CF10 1AA"},
            {"local_authority_id": "681", "postcode": "CF10 1AA", "type_name": "Welsh establishment"},
            id="Welsh",
        ),
        pytest.param(
            {"type": "Offshore schools", "code": "000", "authority": "Does not apply", "postcode": "JE2 3AB"}
            | {"easting": "0", "northing": "0"},
            {"postcode": "JE2 3AB", "easting": None, "northing": None},
            id="offshore",
        ),
        pytest.param({"type": "Further education", "phase": "6", "low": "16", "high": "99"}, {"phase": 6}, id="FE"),
        pytest.param({"low": "", "high": ""}, {"low_age": None, "high_age": None}, id="no ages"),
        pytest.param({"postcode": "", "town": ""}, {"postcode": "", "town": ""}, id="nowhere"),
        pytest.param({"postcode": "75008 Paris"}, {"postcode": ""}, id="postcode of elsewhere"),
        pytest.param({"postcode": " me16  8tl"}, {"postcode": "ME16 8TL"}, id="postcode untidy"),
        pytest.param({"name": " St  Joseph’s – École "}, {"name": "St Joseph’s – École"}, id="cp1252 beyond Latin-1"),
        pytest.param({"code": "", "authority": ""}, {"local_authority_id": None}, id="no authority"),
    ],
)
def test_every_kind_of_school_is_kept(register, cells, kept):
    said, complained = register(row(**cells))
    assert (said[0], complained) == ("Schools: 1 created, 0 updated, 0 closed, 0 unchanged.", [])
    assert School.objects.values(*kept).get() == kept


@pytest.mark.parametrize(
    "phase, low, high, years, phase_by_age",
    [
        (Phase.PRIMARY, 4, 11, Years.RECEPTION | Years.KS1 | Years.KS2, Phase.PRIMARY),
        (Phase.PRIMARY, 5, 7, Years.RECEPTION | Years.KS1, Phase.PRIMARY),
        (Phase.PRIMARY, 7, 11, Years.KS2, Phase.PRIMARY),
        (Phase.SECONDARY, 11, 16, Years.KS3 | Years.KS4, Phase.SECONDARY),
        (Phase.SECONDARY, None, None, Years.KS3 | Years.KS4, Phase.SECONDARY),
        (Phase.NOT_APPLICABLE, None, None, Years(0), Phase.NOT_APPLICABLE),
        (Phase.NOT_APPLICABLE, 2, 11, Years.RECEPTION | Years.KS1 | Years.KS2, Phase.PRIMARY),
        (Phase.NOT_APPLICABLE, 11, 18, Years.KS3 | Years.KS4 | Years.KS5, Phase.SECONDARY),
        (Phase.NOT_APPLICABLE, 3, 19, Years(2**14 - 1), Phase.ALL_THROUGH),
        (Phase.NOT_APPLICABLE, 16, 25, Years.KS5, Phase.SIXTEEN_PLUS),
        (Phase.NOT_APPLICABLE, 0, 4, Years(0), Phase.NOT_APPLICABLE),
    ],
)
def test_ages_say_what_a_school_without_a_phase_teaches(phase, low, high, years, phase_by_age):
    school = School(phase=phase, low_age=low, high_age=high)
    assert (school.years, school.phase_by_age) == (years, phase_by_age)


def of_size(pupils, free_meals, **cells):
    return row(**cells) | {"NumberOfPupils": pupils, "PercentageFSM": free_meals}


def sizes():
    return list(School.objects.order_by("urn").values_list("pupils", "free_meals"))


def test_size_and_free_meals_are_read_where_the_register_has_them(register):
    register(of_size("412", "23.4"), of_size("", "", urn="118569"), of_size("0", "0.04", urn="118570"))
    assert sizes() == [(412, Decimal("23.4")), (None, None), (0, Decimal(0))]
    register(row())
    assert sizes()[0] == (412, Decimal("23.4"))


@pytest.mark.parametrize("pupils, free_meals", [("many", ""), ("100000", ""), ("", "101"), ("", "-1"), ("", "SUPP")])
def test_size_that_is_none_leaves_the_row_out(register, pupils, free_meals):
    _said, complained = register(of_size(pupils, free_meals))
    assert (len(complained), School.objects.count()) == (1, 0)


# --- rows that cannot be used ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cells, why",
    [
        ({"urn": ""}, "URN is empty."),
        ({"urn": "11856B"}, "URN is “11856B”, which is not a whole number."),
        ({"urn": "١١٨٥٦٨"}, "URN is “١١٨٥٦٨”, which is not a whole number."),
        ({"urn": "99999999"}, "URN is 99999999, which is more than 9999999."),
        ({"urn": "1" * 40}, f"URN is “{'1' * 30}…”, which is not a whole number."),
        ({"name": " "}, "EstablishmentName is empty."),
        ({"name": "x" * 201}, f"EstablishmentName is longer than 200 characters: “{'x' * 30}…”."),
        ({"status": "5"}, "EstablishmentStatus (code) is “5”, which is not a code we know."),
        ({"phase": "Primary"}, "PhaseOfEducation (code) is “Primary”, which is not a code we know."),
        ({"opened": "2019-08-31"}, "OpenDate is “2019-08-31”, which is not a date like 31-08-2019."),
        ({"closed": "31-02-2019"}, "CloseDate is “31-02-2019”, which is not a date like 31-08-2019."),
        ({"low": "four"}, "StatutoryLowAge is “four”, which is not a whole number."),
        ({"high": "-1"}, "StatutoryHighAge is “-1”, which is not a whole number."),
        ({"easting": "573842.5"}, "Easting is “573842.5”, which is not a whole number."),
        ({"northing": "1300001"}, "Northing is 1300001, which is more than 1300000."),
        ({"code": "Kent"}, "LA (code) is “Kent”, which is not a number of three digits."),
        ({"urn": "100000"}, "URN 100000 stands in the file twice; the first row counts."),
    ],
)
def test_broken_row_is_said_by_its_line_and_left_out(register, cells, why):
    rows = table([row(urn="100000"), row(**cells), row(urn="100002")])
    said, complained = register(rows.encode())
    assert complained == [f"Line 3: {why} It was left out."]
    assert said[0] == "Schools: 2 created, 0 updated, 0 closed, 0 unchanged."
    assert said[-1] == "Rows that could not be used: 1."


def test_line_is_that_of_the_file_after_names_of_two_lines_and_empty_lines(register):
    rows = table([row(urn="100000", name="Two\nLines"), row(urn="x")]).replace("\r\n118", "\r\n\r\n118")
    _said, complained = register(rows.replace("\r\nx,", "\r\n\r\nx,").encode())
    assert complained == ["Line 5: URN is “x”, which is not a whole number. It was left out."]
    assert School.objects.get().name == "Two Lines"


def test_row_with_too_few_or_too_many_cells_is_left_out(register):
    lines = table([row(urn="100000"), row(urn="100001"), row(urn="100002")]).splitlines()
    lines[1] += ",extra"
    lines[2] = "100001,886"
    _said, complained = register("\n".join(lines).encode())
    assert complained == [
        "Line 2: The row has 17 cells, the header 16. It was left out.",
        "Line 3: The row has 2 cells, the header 16. It was left out.",
    ]
    assert list(School.objects.values_list("urn", flat=True)) == [100002]


def test_cell_too_long_to_read_is_left_out_and_the_rest_goes_on(register):
    rows = table([row(urn="100000", name="x" * 200_000), row(urn="100001")])
    _said, complained = register(rows.encode())
    assert complained == ["Line 2: The row cannot be read: field larger than field limit (131072). It was left out."]
    assert list(School.objects.values_list("urn", flat=True)) == [100001]


def test_batches_are_written_one_after_another(register, monkeypatch):
    monkeypatch.setattr(writing, "BATCH", 2)
    said, _complained = register(*(row(urn=str(urn)) for urn in range(100000, 100005)))
    assert (said[0], School.objects.count()) == ("Schools: 5 created, 0 updated, 0 closed, 0 unchanged.", 5)
    said, _complained = register(row(urn="100004"), close_missing=True)
    assert said[0] == "Schools: 0 created, 0 updated, 4 closed, 1 unchanged."


# --- files that cannot be used --------------------------------------------------------------------------------------


def without(*columns):
    """The register without some columns."""
    return table([{name: cell for name, cell in WEST_BOROUGH.items() if name not in columns}]).encode()


def refused(register, content):
    with pytest.raises(CommandError) as refusal:
        register(content)
    assert (School.objects.count(), LocalAuthority.objects.count()) == (0, 0)
    return str(refusal.value).partition("register.csv ")[2]


def test_file_without_what_is_needed_is_refused_whole_with_what_is_missing(register):
    assert refused(register, without("Postcode", "LA (code)", "OpenDate")) == (
        "lacks columns that are needed, so nothing was read: LA (code), Postcode."
    )


def test_columns_that_come_and_go_leave_what_is_kept_as_it_is(register):
    register(row(opened="01-09-2014"))
    said, _complained = register(without("OpenDate", "CloseDate", "TypeOfEstablishment (name)", "EstablishmentNumber"))
    assert said[0] == NOTHING.format(1)
    more = table([{"New column": "1"} | dict(reversed(WEST_BOROUGH.items())) | {"OpenDate": "01-09-2014"}])
    assert register(more.encode())[0][0] == NOTHING.format(1)
    assert School.objects.values_list("opened", "type_name").get() == (dt.date(2014, 9, 1), "Community school")


@pytest.mark.parametrize(
    "content, why",
    [
        (b"", "is empty."),
        (b"\r\n\r\n", "is empty."),
        (b"PK\x03\x04\x00\x00", "is not a file of text in Windows-1252"),
        ("URN,Name".encode("utf-16"), "is not a file of text in Windows-1252"),
        (b"URN,EstablishmentName\r\n1,\x81\x8d", "is not a file of text in Windows-1252"),
    ],
)
def test_file_that_is_no_table_is_refused_in_a_sentence(register, content, why):
    assert refused(register, content).startswith(why)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig"])
def test_file_saved_again_by_a_spreadsheet_keeps_its_letters(register, encoding):
    register(table([row(name="École St Zoë’s")]).encode(encoding))
    assert School.objects.get().name == "École St Zoë’s"


def test_file_that_is_not_there_or_is_a_folder_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(CommandError, match=r"gone\.csv cannot be read: No such file or directory\.$"):
        call_command("import_schools", tmp_path / "gone.csv")
    with pytest.raises(CommandError, match=r"cannot be read: Is a directory\.$"):
        call_command("import_schools", tmp_path)


# --- links ----------------------------------------------------------------------------------------------------------

LINKS = "URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\n"


@pytest.fixture
def closed_schools():
    for urn in (100, 101, 102):
        SchoolFactory(urn=urn, status=Status.CLOSED)
    for urn in (200, 201, 202):
        SchoolFactory(urn=urn)


def successors():
    return dict(School.objects.exclude(successor=None).order_by("urn").values_list("urn", "successor"))


@pytest.mark.usefixtures("closed_schools")
def test_links_set_the_latest_successor_of_closed_schools(register):
    links = LINKS + "\n".join(
        [
            "100,201,A,Successor,01-09-2014",
            "100,202,B,Successor - amalgamated,01-09-2018",
            "100,200,C,Predecessor,01-09-2019",
            "101,202,A,Successor - Split School,01-09-2014",
            "101,201,B,Successor - Split School,01-09-2014",
            "102,999,not kept,Successor,01-09-2014",
            "200,201,still open,Successor,01-09-2014",
            "101,101,itself,Successor,01-09-2020",
            "201,x,broken,Successor,01-09-2014",
        ]
    )
    said, complained = register(row(), links=links)
    assert said[-1] == "Successors: 2 set."
    assert complained == ["Line 10: LinkURN is “x”, which is not a whole number. It was left out."]
    assert successors() == {100: 202, 101: 201}
    assert School.objects.get(urn=100).today().urn == 202
    assert register(row(), links=links)[0][-1] == "Successors: 0 set."


@pytest.mark.usefixtures("closed_schools")
def test_loop_of_successors_is_survived(register):
    register(row(), links=LINKS + "100,101,A,Successor,\n101,102,B,Successor,\n102,100,C,Successor,\n")
    assert successors() == {100: 101, 101: 102, 102: 100}
    assert School.objects.get(urn=100).today().urn == 102


@pytest.mark.usefixtures("closed_schools")
def test_links_that_cannot_be_read_stop_the_import_before_it_writes(register):
    with pytest.raises(CommandError, match=r"lacks columns that are needed, so nothing was read: LinkURN, LinkType\.$"):
        register(row(), links="URN,Name\n")
    assert not School.objects.filter(urn=118568).exists()
