"""Browsers of somebody's own. The usual one is kept, and left as a new one is: to begin one costs a fifth of a look."""

NEW = {"width": 1280, "height": 720}  # Playwright's own
USUAL = {"java_script_enabled": True}


class Windows:
    """Opens browsers before one site, and hears what they say: each error, violations of the policy among them."""

    def __init__(self, chromium, url):
        self.chromium, self.url = chromium, url
        self.said, self.others = [], []
        self.kept = self.lent = None

    def open(self, **options):
        """A page, without JavaScript unless asked, that has no cookies, no history and nothing in its cache."""
        options = {"java_script_enabled": False} | options
        if options == USUAL and not self.lent:
            self.lent, self.kept = self.kept or self._new(**options), None
            return self.lent
        self.others.append(self._new(**options))
        return self.others[-1]

    def leave(self):
        """What was said since. Nothing stays open but the usual browser, as it was when it was new."""
        while self.others:
            self.others.pop().context.close()
        if self.lent:
            page, self.lent = self.lent, None
            make_new(page, self.url)
            self.kept = page  # none, where that fails
        said, self.said = self.said, []
        return said

    def _new(self, **options):
        context = self.chromium.new_context(base_url=self.url, ignore_https_errors=True, **options)
        context.set_default_timeout(60_000)  # of a machine that does much else
        context.on("console", lambda one: self._hear(f"{one.page.url}: {one.text}") if one.type == "error" else None)
        context.on("weberror", lambda error: self._hear(str(error.error)))
        return context.new_page()

    def _hear(self, words):
        self.said.append(words)


def make_new(page, url):
    """What a test has set is set back, and what pages have left is forgotten.

    It ends on a page that does nothing. From about:blank a browser begins a new process for the next one.
    """
    context = page.context
    for other in context.pages:
        if other is not page:
            other.close()
    context.set_offline(False)
    page.goto(f"{url}/robots.txt")
    page.emulate_media(media="null", color_scheme="light", forced_colors="none")
    page.set_viewport_size(NEW)
    browser = context.new_cdp_session(page)
    browser.send("Storage.clearDataForOrigin", {"origin": url, "storageTypes": "all"})
    browser.send("Network.clearBrowserCache")
    browser.send("Page.resetNavigationHistory")
    browser.detach()
