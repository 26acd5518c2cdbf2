"""How a page looks: nothing sticks out, axe finds nothing; and pictures in var/screenshots for whoever looks.

Pictures are taken of what looks wrong, and of every page where PICTURES is set: they cost a quarter of a test.
"""

import os
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe  # it brings axe-core

PICTURES = Path(__file__).resolve().parents[2] / "var" / "screenshots"
EVERY_PICTURE = bool(os.environ.get("PICTURES"))
WIDTHS, SCHEMES = (320, 1280), ("light", "dark")
# Nothing is preloaded: axe would put the style sheets into the page, which the admin's policy refuses and reports.
# Targets of 24 pixels are off by default, though WCAG 2.2 AA asks for them. Only colours differ in the dark.
ALL_RULES = {"preload": False, "resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
OF_COLOURS = {"preload": False, "resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]}
# A box of select2, the admin's own, that has no label.
WHERE = {"exclude": [[".select2-container"]]}
RULES = {"light": ALL_RULES, "dark": OF_COLOURS}
STICKS_OUT = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
    [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
    .map(e => `${e.tagName.toLowerCase()}.${e.className}`).slice(0, 5).concat(document.documentElement.scrollWidth)"""

axe = Axe()


def picture(page, name):
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True, animations="disabled")


def assert_looks_right(page, name):
    """The page as it stands, narrow and wide, in light and in dark."""
    wrong = []
    page.wait_for_load_state()  # a press ends where the next page begins to come
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 640 if width == 320 else 800})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            wrong += looked_at(page, f"{name}-{width}-{scheme}", violations(page, RULES[scheme]))
    assert wrong == []


def looked_at(page, name, found=()):
    """What is wrong with the page as it is shown now: what was found, and what sticks out of it."""
    wrong = [f"{name}: {one}" for one in found]
    if sticks_out := page.evaluate(STICKS_OUT):
        wrong.append(f"{name}: these stick out: {sticks_out}")
    if wrong or EVERY_PICTURE:
        picture(page, name)
    return wrong


def violations(page, rules):
    """What axe finds wrong, each with the first place where it is."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(axe.axe_script)
    page.evaluate("document.getAnimations().forEach(one => one.finish())")  # no colour on its way to another
    found = page.evaluate("([where, rules]) => axe.run(where, rules).then(said => said.violations)", [WHERE, rules])
    return [f"{one['id']} at {one['nodes'][0]['target']}: {one['nodes'][0]['html'][:120]}" for one in found]


def in_print(page, name):
    """Nothing sticks out of a page of A4 with its margins."""
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 720, "height": 1000})
    wrong = looked_at(page, f"{name}-print")
    page.emulate_media(media="screen")
    assert wrong == []


def in_forced_colours(page, name):
    page.emulate_media(forced_colors="active")
    page.set_viewport_size({"width": 1280, "height": 800})
    wrong = looked_at(page, f"{name}-forced-colours")
    page.emulate_media(forced_colors="none")
    assert wrong == []
