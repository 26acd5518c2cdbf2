"""Why something of a person may be kept, and what becomes of it when: the words of kept.py."""

from typing import Any, NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Whose(TextChoices):
    """Of whom it is."""

    VISITOR = "visitor", _("Teachers who book, and whoever is booked for")
    ASKER = "asker", _("Teachers who ask to be told, or agree to news")
    ANYONE = "anyone", _("Whoever opens a form")
    SCHOOL = "school", _("Schools’ offices and head teachers")
    TEACHER = "teacher", _("Visiting teachers and mastery specialists")
    STAFF = "staff", _("A hub’s staff")
    PUPIL = "pupil", _("Teachers and pupils in photographs and files")


class Why(TextChoices):
    """Why it may be kept."""

    TASK = "task", _("a public task: running and reporting on lessons for teachers")
    NEEDS = "needs", _("your explicit consent, by writing it down")
    NEWS = "news", _("your consent, apart from any booking, which you can take back")
    SHOWN = "shown", _("their consent to be named or shown, which they can take back")


# The same for whoever keeps the record: UK GDPR, by article.
IN_LAW = {
    Why.TASK: "Article 6(1)(e), public task",
    Why.NEEDS: "Article 6(1)(e), public task, and Article 9(2)(a), explicit consent",
    Why.NEWS: "Article 6(1)(a), consent",
    Why.SHOWN: "Article 6(1)(a), consent",
}


class When(NamedTuple):
    """What becomes of it and when. `key` is what steps are known by."""

    key: str
    says: Any


MOBILE = When("mobile", _("Deleted the day after the session."))
NEEDS = When("needs", _("Deleted seven days after the session."))
NAMES = When(
    "names",
    _("Deleted after the hub’s months, counted from the session, and not before the exchange’s figures are due."),
)
EXCHANGE = When(
    "exchange",
    _("Deleted when the exchange is over: on 1 September, or once its figures are due if that is later."),
)
LIMIT = When("limit", _("Deleted after the hub’s months, counted from the end of the exchange."))
NAMED = When(
    "named", _("Kept while they agree to be named; else deleted after the hub’s months, from the end of the exchange.")
)
UNTIED = When(
    "untied",
    _("The link to you is cut when the second form closes, six school weeks after the lesson and two more weeks."),
)
MAILS = When("mails", _("Deleted three months after the email."))
DRAFT = When("draft", _("Deleted a day after you last pressed a button, or at the deadline that we gave you."))
UNPROVED = When("unproved", _("Deleted when they are confirmed or end, at the deadline that we gave."))
WISH = When("wish", _("Deleted when the session or the days you named are over, or after a year, or by your press."))
NEWS = When("news", _("Kept until you take your consent back, by the link in each email."))
DAY = When("day", _("Deleted after a day at most."))
LOG = When("log", _("Deleted after a year."))
LEFT = When("left", _("Deleted when they have left: by a press, or a year after they last signed in."))
AGREED = When("agreed", _("Deleted on the day on which consent ends, or at once when it is taken back."))
STAYS = When("stays", _("Stays as a number, and nothing kept with it says whose it was."))

EVERY = (
    *(MOBILE, NEEDS, NAMES, EXCHANGE, LIMIT, NAMED, UNTIED, MAILS, DRAFT, UNPROVED, WISH, NEWS, DAY, LOG, LEFT, AGREED),
    STAYS,
)
