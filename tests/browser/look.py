"""How a page looks: nothing sticks out, axe finds nothing; and pictures in var/screenshots for whoever looks.

Pictures are taken of what looks wrong, and of every page where PICTURES is set: they cost a quarter of a test.
"""

import os
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe  # it brings axe-core

PICTURES = Path(__file__).resolve().parents[2] / "var" / "screenshots"
EVERY_PICTURE = bool(os.environ.get("PICTURES"))
# Each width and each scheme is looked at whole once: in each scheme the first width is, and of the other only what it
# shows otherwise.
WIDTHS = {"light": (320, 1280), "dark": (1280, 320)}
# Nothing is preloaded: axe would put the style sheets into the page, which the admin's policy refuses and reports.
# Targets of 24 pixels are off by default, though WCAG 2.2 AA asks for them. OF_COLOURS: where they alone differ.
ALL_RULES = {"preload": False, "resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
OF_COLOURS = {"preload": False, "resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]}
# A box of select2, the admin's own, that has no label.
WHERE = {"exclude": [[".select2-container"]]}
# What is shown, and in which colours: of the page as it stands those elements that were not shown so in this scheme.
NOT_SEEN_YET = """scheme => {
    const seen = ((window.seenBefore ??= {})[scheme] ??= new Map()), fresh = [];
    for (const element of document.querySelectorAll('body, body *')) {
        if (!element.checkVisibility({opacityProperty: true, visibilityProperty: true})) continue;
        const style = getComputedStyle(element), look = [
            style.color, style.backgroundColor, style.backgroundImage, style.opacity, style.fontWeight,
            style.textDecorationLine, style.borderBottomWidth,
        ].join();
        if (seen.get(element) !== look) fresh.push(element);
        seen.set(element, look);
    }
    return fresh;
}"""
STICKS_OUT = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
    [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
    .map(e => `${e.tagName.toLowerCase()}.${e.className}`).slice(0, 5).concat(document.documentElement.scrollWidth)"""
# Both at once: to ask the browser costs more than to see what sticks out.
WHAT_IS_WRONG = f"""async ([scheme, where, rules, whole]) => {{
    document.getAnimations().forEach(one => one.finish()); // no colour on its way to another
    const fresh = ({NOT_SEEN_YET})(scheme), what = whole ? where : {{...where, include: fresh}};
    const found = whole || fresh.length ? (await axe.run(what, rules)).violations : [];
    return [found, ({STICKS_OUT})()];
}}"""

axe = Axe()


def picture(page, name):
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True, animations="disabled")


def assert_looks_right(page, name):
    """The page as it stands, narrow and wide, in light and in dark."""
    wrong = []
    page.wait_for_load_state()  # a press ends where the next page begins to come
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(axe.axe_script)
    for scheme, widths in WIDTHS.items():
        page.emulate_media(color_scheme=scheme)
        for width in widths:
            page.set_viewport_size({"width": width, "height": 640 if width == 320 else 800})
            seen = what_is_wrong(page, scheme, whole=width == widths[0])
            wrong += told(page, f"{name}-{width}-{scheme}", *seen)
    assert wrong == []


def looked_at(page, name):
    """What sticks out of the page as it is shown now."""
    return told(page, name, [], page.evaluate(STICKS_OUT))


def told(page, name, found, sticks_out):
    """What is wrong with the page as it is shown now: what was found, and what sticks out of it."""
    wrong = [f"{name}: {one}" for one in found]
    if sticks_out:
        wrong.append(f"{name}: these stick out: {sticks_out}")
    if wrong or EVERY_PICTURE:
        picture(page, name)
    return wrong


def what_is_wrong(page, scheme, *, whole):
    """What axe finds wrong, each with the first place where it is; or, of the colours, where they are not seen yet."""
    asked = [scheme, WHERE, ALL_RULES if whole else OF_COLOURS, whole]
    found, sticks_out = page.evaluate(WHAT_IS_WRONG, asked)
    lines = [f"{one['id']} at {one['nodes'][0]['target']}: {one['nodes'][0]['html'][:120]}" for one in found]
    return lines, sticks_out


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
