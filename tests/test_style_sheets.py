"""What pages link is one sheet, joined from its parts when files are collected."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command

from showcase.style_sheets import as_served, joined, lightened

ROOT = Path(__file__).resolve().parent.parent
SHEETS = sorted(f"sheets/{path.name}" for path in (ROOT / "static" / "sheets").glob("*.css"))
LINKED = {
    sheet
    for page in (ROOT / "templates").rglob("*.html")
    for sheet in re.findall(r"static [\"']([\w/]+\.css)[\"']", page.read_text())
}


def written(name):
    return Path(finders.find(name)).read_text()


def parts(sheet):
    """What a sheet imports, and what that imports."""
    found = [f"css/{name}" for name in re.findall(r'@import url\("(?:\.\./css/)?(\w+\.css)"\)', written(sheet))]
    return [*found, *(part for one in found for part in parts(one))]


def rules(css):
    """Without comments and white space: what a browser reads."""
    return re.sub(r"/\*.*?\*/|\s|;(?=\s*\})", "", css, flags=re.DOTALL)


@pytest.mark.parametrize("sheet", SHEETS)
def test_sheet_holds_its_parts_in_their_order_and_imports_nothing(sheet):
    served = as_served(sheet, written)
    assert "@import" not in served
    at = [rules(served).index(rules(re.sub(r"@import[^;]*;", "", written(part)))) for part in parts(sheet)]
    assert len(at) > 5
    assert at == sorted(at)


def test_no_sheet_is_left_over_and_none_is_linked_that_another_holds():
    held = {part for sheet in SHEETS for part in parts(sheet)}
    assert {f"css/{path.name}" for path in (ROOT / "static" / "css").glob("*.css")} == held | (LINKED - set(SHEETS))
    assert set(SHEETS) <= LINKED
    assert LINKED & held == set()


SOME = {
    "sheets/all.css": '@import url("../css/one.css");\n@import url("../css/two.css") layer(below);\n',
    "css/one.css": "a {\n  color: red;\n}\n",
    "css/two.css": "@import url('three.css');\nb {\n  background: url(\"../img/b.svg\");\n}\n",
    "css/three.css": "i {\n  background: url(i.svg), url(#x), url('data:x'), url(/y);\n}\n",
}


def test_part_stands_in_its_layer_with_addresses_that_are_right_where_it_stands():
    assert rules(joined("sheets/all.css", SOME.__getitem__)) == (
        "a{color:red}@layerbelow{"
        "i{background:url(\"../css/i.svg\"),url(#x),url('data:x'),url(/y)}"
        'b{background:url("../img/b.svg")}}'
    )


def test_comments_and_indents_are_ours_alone():
    css = '/* why\n   so */\na,\nb {\n  margin: calc(1px + 2px)\n    auto; /* here */\n  content: "a  b";\n}\n'
    assert lightened(css) == 'a,b{margin: calc(1px + 2px) auto;content: "a  b"}'


def test_sheets_of_others_are_served_as_they_are():
    assert as_served("admin/css/base.css", lambda _name: "a { /* theirs */ }") == "a { /* theirs */ }"


def test_what_is_collected_is_joined_named_by_its_digest_and_packed(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "showcase.style_sheets.StaticFiles"}}
    call_command("collectstatic", interactive=False, verbosity=0)
    kept = {re.sub(r"\.[0-9a-f]{12}", "", path.name): path for path in (tmp_path / "sheets").iterdir()}
    assert set(kept) == {f"{name}{packed}" for name in ("public.css", "staff.css") for packed in ("", ".gz", ".br")}
    assert kept["public.css"].read_text() == as_served("sheets/public.css", written)
    pictures = re.findall(r'url\("([^"]+)"\)', kept["staff.css"].read_text())
    assert len(pictures) > 10
    assert [one for one in pictures if not (tmp_path / "sheets" / one).exists()] == []
