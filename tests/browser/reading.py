"""A page as a person without JavaScript has it: its title and text, its links, its errors, and what its form sends."""

from html.parser import HTMLParser

INLINE = {"a", "b", "time"}  # these do not part words; every other element does


class Page(HTMLParser):
    """Reads the HTML of a response. `fields` are those of the form that POSTs, filled in as the page shows them."""

    def __init__(self, response):
        super().__init__()
        self._title = ""
        self.links = {}  # by their words; of several alike the last
        self.fields = {}
        self.buttons = []
        self._pieces = []
        self._link = self._button = self._select = None
        self._link_words = self._button_words = 0  # where in _pieces they begin
        self._in_title = self._in_form = False
        self.feed(response.content.decode())
        self.close()

    @property
    def title(self):
        """White space folded, as a tab has it."""
        return " ".join(self._title.split())

    @property
    def text(self):
        """All that can be read, white space folded."""
        return " ".join("".join(self._pieces).split())

    @property
    def errors(self):
        """What the error summary says, by the field that it leads to."""
        return {href[4:]: words for words, href in self.links.items() if href.startswith("#id_")}

    def form(self, **changes):
        """What pressing the form's first button sends, with `changes`; None takes a field out."""
        sent = {**self.fields, **changes}
        return {name: value for name, value in sent.items() if value is not None}

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag not in INLINE:
            self._pieces.append(" ")
        if tag == "title":
            self._in_title = True
        elif tag == "a":
            self._link, self._link_words = given.get("href"), len(self._pieces)
        elif tag == "form":
            self._in_form = given.get("method") == "post"
        elif tag == "button":
            self._button, self._button_words = given, len(self._pieces)
        elif tag == "select":
            self._select = given["name"]
            self._keep(self._select, "")
        elif tag == "option" and "selected" in given:
            self._keep(self._select, given.get("value", ""))
        elif tag == "input":
            self._input(given)

    def handle_endtag(self, tag):
        if tag not in INLINE:
            self._pieces.append(" ")
        if tag == "title":
            self._in_title = False
        elif tag == "a" and self._link is not None:
            self.links[self._since(self._link_words)] = self._link
            self._link = None
        elif tag == "button" and self._button is not None:
            self.buttons.append(self._since(self._button_words))
            self._button = None
        elif tag == "form":
            self._in_form = False

    def handle_data(self, data):
        if self._in_title:
            self._title += data
        else:
            self._pieces.append(data)

    def _input(self, given):
        kind = given.get("type", "text")
        if kind in ("radio", "checkbox"):
            if "checked" in given:
                self._keep(given["name"], given.get("value", "on"), add=kind == "checkbox")
        elif given["name"] != "csrfmiddlewaretoken":
            self._keep(given["name"], given.get("value", ""))

    def _keep(self, name, value, *, add=False):
        if not self._in_form:
            return
        if add and name in self.fields:
            value = [*([self.fields[name]] if isinstance(self.fields[name], str) else self.fields[name]), value]
        self.fields[name] = value

    def _since(self, start):
        return " ".join("".join(self._pieces[start:]).split())
