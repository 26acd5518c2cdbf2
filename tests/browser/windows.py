"""Browsers of somebody's own. The usual one is kept, and each window in it is new: a new one costs half of a look."""

USUAL = {"java_script_enabled": True}


class Windows:
    """Opens browsers before one site, and hears what they say: each error, violations of the policy among them."""

    def __init__(self, chromium, url):
        self.chromium, self.url = chromium, url
        self.said, self.others = [], []
        self.kept, self.lent = None, False

    def open(self, **options):
        """A page, without JavaScript unless asked, that has no cookies, no history and nothing in its cache."""
        options = {"java_script_enabled": False} | options
        if options == USUAL and not self.lent:
            self.lent = True
            self.kept = self.kept or self._door()
            return opened_by(self.kept)
        self.others.append(self._new(**options))
        return self.others[-1]

    def leave(self):
        """What was said since. Nothing stays open but the usual browser, as it was when it was new."""
        while self.others:
            self.others.pop().context.close()
        if self.lent:
            door, self.kept, self.lent = self.kept, None, False
            make_new(door, self.url)
            self.kept = door  # none, where that fails
        said, self.said = self.said, []
        return said

    def _door(self):
        """The page that opens the others and does nothing else: they share its process, which costs most to begin."""
        page = self._new(**USUAL)
        page.goto(f"{self.url}/robots.txt")
        return page

    def _new(self, **options):
        context = self.chromium.new_context(base_url=self.url, ignore_https_errors=True, **options)
        context.set_default_timeout(60_000)  # of a machine that does much else
        context.on("console", lambda one: self._hear(f"{one.page.url}: {one.text}") if one.type == "error" else None)
        context.on("weberror", lambda error: self._hear(str(error.error)))
        return context.new_page()

    def _hear(self, words):
        self.said.append(words)


def opened_by(door):
    """A window that knows nothing of who opened it. All that a test sets on it ends with it: listeners, routes, media,
    a key that is held down."""
    with door.context.expect_page() as opened:
        door.evaluate("() => { open().opener = null }")
    return opened.value


def make_new(door, url):
    """Close the windows, and forget what pages have left. Of what is set on the context, that it is offline alone: see
    tests/browser/test_windows.py."""
    context = door.context
    for page in context.pages:
        if page is not door:
            page.close()
    context.set_offline(False)
    browser = context.new_cdp_session(door)
    browser.send("Storage.clearDataForOrigin", {"origin": url, "storageTypes": "all"})
    browser.send("Network.clearBrowserCache")
    browser.detach()
