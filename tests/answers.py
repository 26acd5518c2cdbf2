"""Pages as a browser has them: what it would send of a form, and what the page says of errors."""

import html
import re
from html.parser import HTMLParser

from django.contrib.messages import get_messages

BOXES = {"checkbox", "radio", "submit", "file"}
# Elements that have lines of their own: a browser shows no white space at their edges.
LINES = "title|h[1-6]|p|li|dt|dd|th|td|button"


class Answers(HTMLParser):
    """What a browser would send of the last form of a page that was not touched."""

    def __init__(self):
        super().__init__()
        self.sent, self.select, self.textarea = {}, None, None

    def handle_starttag(self, tag, pairs):
        attrs = dict(pairs)
        name, kind = attrs.get("name"), attrs.get("type")
        if tag == "form":
            self.sent = {}
        elif tag == "select":
            self.select = name
        elif tag == "option" and "selected" in attrs and self.select:
            self.sent.setdefault(self.select, []).append(attrs["value"])
        elif tag == "textarea":
            self.textarea = name
            self.sent[name] = ""
        elif tag == "input" and name and (kind not in BOXES or "checked" in attrs):
            self.sent.setdefault(name, []).append(attrs.get("value", "on" if kind in BOXES else ""))

    def handle_endtag(self, tag):
        if tag == "select":
            self.select = None
        elif tag == "textarea":
            self.textarea = None

    def handle_data(self, data):
        if self.textarea:
            self.sent[self.textarea] += data


def untouched(page):
    """The answers of the form on a page, as it came, but for rows that scripts would add."""
    answers = Answers()
    answers.feed(page.content.decode())
    return {name: sent for name, sent in answers.sent.items() if "__prefix__" not in name}


def in_a_line(page):
    """A page's HTML with its white space as a browser shows it, however its template is broken into lines."""
    html = " ".join(page.content.decode().split())
    return re.sub(rf"(<(?:{LINES})\b[^>]*>) | (?=</(?:{LINES})>)", r"\1", html)


def errors_of(page):
    """The sentences of every list of errors on a page, in its order."""
    lists = re.findall(r'<ul class="errorlist[^>]*>(.*?)</ul>', page.content.decode(), re.S)
    return [html.unescape(words) for one in lists for words in re.findall(r"<li>(.*?)</li>", one, re.S)]


def messages_of(answer):
    """What the next page will tell whoever sent this."""
    return [str(message) for message in get_messages(answer.wsgi_request)]
