"""What setting up costs somebody at a keyboard: presses, fields and characters, counted, and the time that they take.

2 s a press, 2.5 s for each field, 0.28 s a character, 2 s a page; doubled, for reading.
"""

from dataclasses import dataclass


@dataclass
class Cost:
    """What has been done so far. Each of its methods does one thing in the browser, as somebody would."""

    page: object
    presses: int = 0
    fields: int = 0
    characters: int = 0
    pages: int = 0

    @property
    def seconds(self):
        return 2 * (2 * self.presses + 2.5 * self.fields + 0.28 * self.characters + 2 * self.pages)

    def press(self, found, *, leads_on=True):
        """Press a link, a button or a box; most lead to another page."""
        self.presses += 1
        if leads_on:
            with self.page.expect_navigation():
                found.click()
            self.pages += 1
        else:
            found.click()

    def open(self, address):
        """Go where Home leads: to Home, and on by a press there."""
        self.presses += 2
        self.pages += 2
        self.page.goto(address)

    def link(self, name):
        self.press(self.page.get_by_role("link", name=name, exact=True).first)

    def button(self, name):
        self.press(self.page.get_by_role("button", name=name, exact=True).first)

    def type(self, label, text):
        """Fill in a field that is found by its label."""
        self.fields += 1
        self.characters += len(text)
        self.page.get_by_label(label, exact=True).fill(text)

    def choose(self, label, option):
        """Take one of a list that is open at a press."""
        self.fields += 1
        box = self.page.get_by_label(label).first
        value = box.locator("option", has_text=option).get_attribute("value")
        box.select_option(value)
