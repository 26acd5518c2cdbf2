"""What is no password here, though it is long and on no list: the words of this very site."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from hubs.models import StaffUser

# OWASP ASVS 6.1.2 asks for such a list (docs/asvs.md).
WORDS = (
    *("showcase", "shanghai", "mathshub", "maths", "mastery", "teacher", "teaching", "lesson", "school", "booking"),
    *("hub", "lead", "admin", "password", "welcome"),
)
LEAST = 6  # letters and digits besides


class NotOurWords:
    """For AUTH_PASSWORD_VALIDATORS."""

    def validate(self, password: str, user: StaffUser | None = None) -> None:
        left = re.sub(r"[\W_]", "", password.casefold())
        for word in WORDS:
            left = left.replace(word, "")
        if len(left) < LEAST:
            raise ValidationError(self.get_help_text(), code="words_of_ours")

    def get_help_text(self) -> str:
        return _("Your password can’t be made of words that anybody would try here, such as showcase or Shanghai.")
