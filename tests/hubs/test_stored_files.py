"""Files in the database: what comes in, what is kept of it, how it is read, and when it goes."""

import datetime as dt
import hashlib
import io

import pytest
from django.core.exceptions import SuspiciousFileOperation, ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone
from PIL import Image

from hubs.models import Resource, StoredFile, StoredPiece
from hubs.models.stored_file import PIECE, DatabaseStorage, file_fields
from hubs.vocabulary.files import FILE_TYPES, MEGABYTE, MOST_BYTES, check, is_photograph
from tests.factories import SessionFactory
from tests.files import drawing, office_file, pdf, photograph

pytestmark = pytest.mark.django_db

THREE_PIECES = b"%PDF-" + bytes(range(256)) * (2 * PIECE // 256 + 100)


def kept(name, content):
    return default_storage.save(name, ContentFile(content, name))


# --- how it is kept --------------------------------------------------------------------------------------------------


def test_file_is_called_by_what_is_in_it_and_not_by_what_somebody_called_it():
    name = kept("Ada Lovelace, class list.PDF", b"%PDF-1")
    assert name == hashlib.sha256(b"%PDF-1").hexdigest() + ".pdf"
    assert kept("again.pdf", b"%PDF-1") == name
    assert (StoredFile.objects.count(), StoredPiece.objects.count()) == (1, 1)


def test_file_comes_out_as_it_went_in():
    name = kept("a.pdf", THREE_PIECES)
    assert [len(piece.content) for piece in StoredPiece.objects.order_by("position")] == [PIECE, PIECE, 25605]
    with default_storage.open(name) as file:
        assert file.read() == THREE_PIECES
        assert (file.seek(PIECE - 3), file.read(6)) == (PIECE - 3, THREE_PIECES[PIECE - 3 : PIECE + 3])
        assert (file.seek(-4, io.SEEK_END), file.read()) == (len(THREE_PIECES) - 4, THREE_PIECES[-4:])
    assert (default_storage.size(name), default_storage.exists(name)) == (len(THREE_PIECES), True)


def test_file_is_read_in_pieces(django_assert_num_queries):
    name = kept("a.pdf", THREE_PIECES)
    with django_assert_num_queries(2), default_storage.open(name) as file:
        file.read(10)


def test_file_that_is_not_there_is_not_found():
    with pytest.raises(FileNotFoundError):
        default_storage.open("0.pdf")


def test_file_of_more_than_ten_megabytes_comes_in_by_no_way():
    large = pdf(size=MOST_BYTES)
    with pytest.raises(ValidationError, match="larger than 10 MB"):
        check(large)
    with pytest.raises(SuspiciousFileOperation):
        default_storage.save("large.pdf", large)
    check(pdf(size=9 * MEGABYTE))


# --- what comes in ---------------------------------------------------------------------------------------------------

GOOD = [
    pdf(),
    office_file("a.docx", "word/document.xml"),
    office_file("a.pptx", "ppt/presentation.xml"),
    office_file("a.xlsx", "xl/workbook.xml"),
    office_file("a.odt", "mimetype"),
    office_file("a.odp", "mimetype"),
    office_file("a.ods", "mimetype"),
    office_file("a.zip", "a.txt"),
    photograph("a.jpg"),
    photograph("a.JPEG"),
    drawing("a.png"),
    ContentFile(b"\0\0\0\x18ftypmp42" + b"\0" * 20, "a.mp4"),
]


@pytest.mark.parametrize("file", GOOD, ids=lambda file: file.name)
def test_file_of_a_type_that_we_know_comes_in_whole(file):
    check(file)
    assert file.tell() == 0


def test_every_type_has_a_good_file_here():
    assert {file.name.rpartition(".")[2].lower() for file in GOOD} == set(FILE_TYPES)


@pytest.mark.parametrize("kind", FILE_TYPES)
@pytest.mark.parametrize("content", [b"", b"MZ\x90\0 a program", b"<html><script>", b"PK\x03\x04 cut short"])
def test_file_that_only_says_what_it_is_does_not(kind, content):
    with pytest.raises(ValidationError) as error:
        check(ContentFile(content, f"a.{kind}"))
    assert error.value.messages == [f"This is not a {kind} file, whatever its name says."]


@pytest.mark.parametrize("name", ["a.html", "a.svg", "a.exe", "a", "pdf", "a.pdf.js"])
def test_file_of_another_type_does_not(name):
    with pytest.raises(ValidationError, match="Choose a file of one of these types: pdf, docx"):
        check(ContentFile(b"%PDF-", name))


def test_picture_that_would_fill_the_memory_does_not():
    """A few thousand bytes, and 8,000 by 7,000 pixels."""
    made = io.BytesIO()
    Image.new("1", (8000, 7000)).save(made, "PNG")
    assert len(made.getvalue()) < 20_000
    with pytest.raises(ValidationError):
        check(ContentFile(made.getvalue(), "a.png"))


def test_photograph_of_somebody_is_no_document():
    is_photograph(photograph())
    with pytest.raises(ValidationError, match="Choose a photograph"):
        is_photograph(pdf())


# --- photographs -----------------------------------------------------------------------------------------------------


def image_of(name):
    with default_storage.open(name) as file:
        content = file.read()
    return content, Image.open(io.BytesIO(content))


@pytest.mark.parametrize("file", [photograph(), photograph("a.png"), drawing(), drawing(mode="RGB")])
def test_photograph_keeps_nothing_but_what_can_be_seen(file):
    assert b"Lovelace" in file.read()
    name = default_storage.save(file.name, file)
    content, image = image_of(name)
    assert b"Lovelace" not in content
    assert (dict(image.getexif()), {"exif", "comment", "Author", "icc_profile"} & set(image.info)) == ({}, set())
    assert name.endswith(".png" if image.mode == "RGBA" else ".jpg")


def test_photograph_is_turned_upright_and_made_no_larger_than_a_screen():
    file = photograph(size=(3000, 1500), orientation=6)
    assert image_of(default_storage.save(file.name, file))[1].size == (1000, 2000)
    small = photograph(size=(300, 150))
    assert image_of(DatabaseStorage(longest_side=100).save(small.name, small))[1].size == (100, 50)


def test_what_hides_behind_a_photograph_does_not_come_in():
    file = ContentFile(photograph().read() + b"PK\x03\x04 an archive", "a.jpg")
    assert b"archive" not in image_of(default_storage.save(file.name, file))[0]


# --- when it goes ----------------------------------------------------------------------------------------------------


def test_only_files_that_no_row_names_are_forgotten_and_not_while_a_form_is_being_saved():
    now = timezone.now()
    used = Resource.objects.create(session=SessionFactory(), title="Plan", file=pdf())
    kept("a.pdf", b"%PDF-unused")
    assert StoredFile.objects.forget(now=now) == 0
    later = now + dt.timedelta(hours=1, minutes=1)
    assert StoredFile.objects.forget(now=later) == 1
    assert [file.name for file in StoredFile.objects.all()] == [used.file.name]
    used.delete()
    assert StoredFile.objects.forget(now=later) == 1
    assert not StoredPiece.objects.exists()


def test_file_that_is_stored_anew_stays_until_a_row_can_name_it():
    StoredFile.objects.filter(pk=kept("a.pdf", b"%PDF-1")).update(stored_at=timezone.now() - dt.timedelta(days=2))
    kept("b.pdf", b"%PDF-1")
    assert StoredFile.objects.forget(now=timezone.now()) == 0


def test_nothing_to_forget_writes_nothing(django_assert_num_queries):
    with django_assert_num_queries(1):
        StoredFile.objects.forget(now=timezone.now())


def test_every_field_that_names_a_file_is_known():
    assert {str(field) for field in file_fields()} == {"hubs.Resource.file", "hubs.Photograph.file"}


# --- what lay in the folder ------------------------------------------------------------------------------------------


@pytest.fixture
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "resources").mkdir()
    return tmp_path / "resources"


def in_the_folder(folder, name, content):
    """A reading as an earlier version left it."""
    resource = Resource.objects.create(session=SessionFactory(), title=name, file=pdf())
    Resource.objects.filter(pk=resource.pk).update(file=f"resources/{name}")
    if content is not None:
        (folder / name).write_bytes(content)
    return resource


def test_files_of_the_folder_move_into_the_database_once(folder, capsys):
    plan = in_the_folder(folder, "plan.pdf", b"%PDF-1.7 the plan")
    gone = in_the_folder(folder, "gone.pdf", None)
    wrong = in_the_folder(folder, "wrong.pdf", b"MZ")
    for moved in (1, 0):
        call_command("move_files")
        said = capsys.readouterr()
        assert said.out == f"{moved} moved.\n"
        assert f"material {gone.pk} (resources/gone.pdf) was left: there is no such file" in said.err
        assert f"material {wrong.pk} (resources/wrong.pdf) was left: This is not a pdf file" in said.err
    plan.refresh_from_db()
    assert plan.file.read() == b"%PDF-1.7 the plan"
    assert sorted(file.name for file in folder.iterdir()) == ["wrong.pdf"]
