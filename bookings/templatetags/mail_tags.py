"""How a mail is written once and read in HTML and in plain text: each tag here knows what it is in both.

White space in a template means nothing. A paragraph breaks its lines at `{% line %}` and before a `{% link %}` in plain
text, and nowhere else; one that comes out empty is left out. Plain text is what is not escaped: the one setting decides
both, so that HTML cannot go out unescaped.
"""

import re

from django import template
from django.template.base import Parser, Token
from django.utils.html import format_html, format_html_join, linebreaks
from django.utils.safestring import SafeString, mark_safe

from hubs.vocabulary import languages, marked_words

register = template.Library()
# What breaks a line within a paragraph: Unicode's own separator, which nobody's words hold (rendering.py).
LINE = "\u2028"
WHITE_SPACE = re.compile(r"[ \t\r\n]+")

PARAGRAPH = '<p style="margin:0 0 14px">{}</p>'
SECTION = '<h2 style="margin:24px 0 8px;font-size:20px;line-height:1.25">{}</h2>'
HEADING = '<h1 style="margin:0 0 14px;font-size:26px;line-height:1.2">{}</h1>'
QUIET = '<p class="quiet" style="margin:8px 0 0;font-size:14px;color:#545e6b">{}</p>'
PANEL = '<p class="panel" style="margin:0 0 20px;padding:2px 0 2px 14px;border-left:5px solid #14405a">{}</p>'
STRONG = "<b>{}</b>"
TOGETHER = '<span style="white-space:nowrap">{}</span>'
WHOLE_WIDTH = 'role="presentation" width="100%" cellspacing="0" cellpadding="0" border="0"'
ROWS = f'<table {WHOLE_WIDTH} style="margin:0 0 14px">{{}}</table>'
LINED = "border-top:1px solid #e6e2d8;vertical-align:top;overflow-wrap:break-word"
ROW = (
    f'<tr><td class="line" style="padding:5px 12px 5px 0;{LINED}"><b>{{}}</b></td>'
    f'<td class="line" align="right" style="padding:5px 0;{LINED};text-align:right">{{}}</td></tr>'
)
CARD = (
    f'<table class="booking {{}}" {WHOLE_WIDTH}'
    ' style="margin:0 0 18px;border:1px solid #d9d5ca;border-left:6px solid {}">'
    '<tr><td style="padding:14px 16px 10px">{}</td></tr></table>'
)
BADGE = (
    '<p style="margin:0 0 8px"><span class="{}-state" style="display:inline-block;padding:2px 9px;border-radius:4px;'
    'background:{};color:{};font-size:15px;font-weight:bold">{}</span></p>'
)
TITLE = '<h2 style="margin:0 0 2px;font-size:20px;line-height:1.25">{}</h2>'
BUTTON = (
    '<table role="presentation" cellspacing="0" cellpadding="0" border="0" style="margin:0 0 10px"><tr>'
    '<td class="go" bgcolor="#1f6b43" style="background:#1f6b43;border-radius:4px;mso-padding-alt:12px 22px">'
    '<a href="{}" style="display:inline-block;padding:12px 22px;color:#ffffff;font-weight:bold;text-decoration:none"'
    ">{}</a></td></tr></table>"
)
# How a card stands: what marks its side, then the ground and the ink of its badge. The layout has those of the dark.
STATES = {
    "offered": ("#ffd23f", "#fdf1d6", "#7a4d00"),
    "waiting": ("#7a4d00", "#fdf1d6", "#7a4d00"),
    "confirmed": ("#1f6b43", "#e7f2ea", "#1f6b43"),
    "off": ("#a3261a", "#fbe9e6", "#a3261a"),
}
LINK = '<a class="link" href="{}" style="color:#0f5b86">{}</a>'


@register.simple_block_tag(takes_context=True)
def heading(context: template.Context, content: str) -> SafeString:
    """What the mail is about, at its head."""
    return _block(context, HEADING, content)


@register.simple_block_tag(takes_context=True)
def section(context: template.Context, content: str) -> SafeString:
    """The heading of a part of the mail."""
    return _block(context, SECTION, content)


@register.simple_block_tag(takes_context=True)
def paragraph(context: template.Context, content: str) -> SafeString:
    """Words that stand together, with space around them."""
    return _block(context, PARAGRAPH, content)


@register.simple_block_tag(takes_context=True)
def panel(context: template.Context, content: str) -> SafeString:
    """A session: its title, day and place, marked at the side."""
    return _block(context, PANEL, content)


@register.simple_block_tag(takes_context=True)
def quiet_line(context: template.Context, content: str) -> SafeString:
    """What stands small at the end of a card."""
    return _block(context, QUIET, content)


@register.simple_block_tag(takes_context=True)
def words(context: template.Context, content: str) -> SafeString:
    """Words alone, where the layout itself says what they stand in."""
    return _lines(context, content)


@register.simple_block_tag(takes_context=True)
def strong(context: template.Context, content: str) -> SafeString:
    """Bold, within a paragraph."""
    return _within(context, STRONG, content)


@register.simple_block_tag(takes_context=True)
def together(context: template.Context, content: str) -> SafeString:
    """What no line may break, within a paragraph: from when to when."""
    return _within(context, TOGETHER, content)


@register.simple_tag
def line() -> SafeString:
    """The words after it start a line of their own. One that comes out empty is left out."""
    return mark_safe(LINE)  # noqa: S308  (a constant)


@register.simple_tag(takes_context=True)
def link(context: template.Context, url: str, said: str = "") -> SafeString:
    """A link, called by its address or by what is `said`. In plain text its address has a line of its own."""
    if context.autoescape:
        return format_html(LINK, url, said or url)
    return mark_safe(LINE.join([str(said), url, ""]))  # noqa: S308  (no HTML)


@register.simple_tag(takes_context=True)
def facts(context: template.Context, pairs: list[tuple[str, str]]) -> SafeString:
    """Labels and values, one pair a line."""
    as_html, as_text = "<b>{}:</b> {}", "{}: {}"
    if context.autoescape:
        return _block(context, PARAGRAPH, format_html_join(LINE, as_html, pairs))
    return _block(context, PARAGRAPH, LINE.join(as_text.format(*pair) for pair in pairs))


@register.simple_tag(takes_context=True)
def quoted(context: template.Context, text: str) -> SafeString:
    """What a hub wrote, in its own paragraphs and lines."""
    if not text.strip():
        return mark_safe("")
    if context.autoescape:
        return mark_safe(linebreaks(text, autoescape=True))  # noqa: S308  (escaped there)
    return _apart(text)


@register.simple_tag(takes_context=True)
def rows(context: template.Context, pairs: list[tuple[str, str]]) -> SafeString:
    """Who, and how they stand, side by side; in plain text one pair a line."""
    if not pairs:
        return mark_safe("")
    if context.autoescape:
        return format_html(ROWS, format_html_join("", ROW, pairs))
    return _block(context, PARAGRAPH, LINE.join(f"{who}: {said}" for who, said in pairs))


@register.simple_block_tag(takes_context=True)
def card(context: template.Context, content: str, state: str) -> SafeString:
    """One booking among others, marked at its side by how it stands."""
    if context.autoescape:
        return format_html(CARD, state, STATES[state][0], mark_safe(content))  # noqa: S308  (escaped where it was made)
    return _apart(content)


@register.simple_tag(takes_context=True)
def badge(context: template.Context, state: str, said: str) -> SafeString:
    """How a card stands, in a few words at its head."""
    if context.autoescape:
        return format_html(BADGE, state, *STATES[state][1:], said)
    return _apart(said)


@register.simple_tag(takes_context=True)
def card_title(context: template.Context, said: str) -> SafeString:
    """What a card is called."""
    return format_html(TITLE, said) if context.autoescape else _apart(said)


@register.simple_tag(takes_context=True)
def button(context: template.Context, url: str, said: str) -> SafeString:
    """A link that asks to be pressed."""
    if context.autoescape:
        return format_html(BUTTON, url, said)
    return _apart(f"{said}:\n{url}")


@register.tag
def in_both(parser: Parser, token: Token) -> template.Node:
    """Words in Chinese and in English, within a paragraph; in plain text on a line each."""
    return InBoth(_until_end(parser, token), "span")


@register.tag
def paragraph_in_both(parser: Parser, token: Token) -> template.Node:
    """The same as a paragraph for each language; in plain text one of two lines."""
    return InBoth(_until_end(parser, token), "p")


class InBoth(template.Node):
    """What it encloses, said in each language."""

    def __init__(self, nodelist: template.NodeList, element: str) -> None:
        self.nodelist, self.element = nodelist, element

    def render(self, context: template.Context) -> SafeString:
        said = languages.in_both(lambda: self._as_text(context))
        if context.autoescape:
            return marked_words.both(said, self.element)
        lines = mark_safe(LINE.join(dict.fromkeys(said)))  # noqa: S308  (no HTML)
        return _block(context, PARAGRAPH, lines) if self.element == "p" else lines

    def _as_text(self, context: template.Context) -> str:
        """Plain words, not marked as safe: `both` escapes them, and marks what is English among Chinese."""
        with context.push():
            escaped, context.autoescape = context.autoescape, False
            try:
                return WHITE_SPACE.sub(" ", str(self.nodelist.render(context))).strip()
            finally:
                context.autoescape = escaped


def _until_end(parser: Parser, token: Token) -> template.NodeList:
    nodelist = parser.parse([f"end{token.contents}"])
    parser.delete_first_token()
    return nodelist


def _block(context: template.Context, element: str, content: str) -> SafeString:
    """A piece of the mail that stands by itself, or nothing where there are no words."""
    inside = _lines(context, content)
    if not inside:
        return inside
    return format_html(element, inside) if context.autoescape else _apart(inside)


def _within(context: template.Context, element: str, content: str) -> SafeString:
    inside = _lines(context, content)
    return format_html(element, inside) if context.autoescape and inside else inside


def _lines(context: template.Context, content: str) -> SafeString:
    """`content` without the template's own white space and without empty lines. In HTML it has been escaped already."""
    lines = [WHITE_SPACE.sub(" ", part).strip() for part in content.split(LINE)]
    return mark_safe(("<br>" if context.autoescape else "\n").join(filter(None, lines)))  # noqa: S308


def _apart(text: str) -> SafeString:
    """Plain text with an empty line around it: what indents the tag in its template is not the text's."""
    return mark_safe(f"\n\n{text}\n\n")  # noqa: S308  (no HTML)
