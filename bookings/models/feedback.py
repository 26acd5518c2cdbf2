"""What visitors say afterwards, without their name; and apart from it what they say with it.

`Asked` is the only tie between a person and their answers: answers carry its random `voice` and nothing else of them.
When the second form of their exchange closes, the tie is cut: `Asked.visitor` becomes NULL, and its link opens nothing.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.models.visitor import Visitor
from hubs.models import Hub, HubYear, ShowcaseSession
from hubs.models.private_link import PrivateLink
from hubs.vocabulary.email_address import LONGEST, EmailField
from hubs.vocabulary.flags import FlagField
from hubs.vocabulary.teaching import Roles

LONGEST_ANSWER = 1000


class Form(models.TextChoices):
    """Which of the two forms."""

    DAY = "day", _("on the day")
    LATER = "later", _("six school weeks later")


class Asked(PrivateLink):
    """That somebody was asked to fill in a form, and whether they have. Its private link opens the form.

    On the day: one a visitor and session. Later: one a person and hub's exchange, at the visitor's place that they had
    last. What they wrote stands under `voice`, which pairs one person's forms of one exchange.
    """

    form = models.CharField(_("form"), max_length=5, choices=Form)
    hub_year = models.ForeignKey(HubYear, models.PROTECT, related_name="+", verbose_name=_("hub in a year"))
    session = models.ForeignKey(
        ShowcaseSession, models.PROTECT, null=True, related_name="asked", verbose_name=_("session")
    )
    visitor = models.ForeignKey(Visitor, models.SET_NULL, null=True, related_name="asked", verbose_name=_("visitor"))
    voice = models.UUIDField(default=uuid.uuid4, editable=False)
    if_you_came = models.BooleanField(default=False, editable=False)  # no register was recorded
    asked_at = models.DateTimeField(_("asked at"))  # by the press on their page, or by the mail
    mailed_at = models.DateTimeField(_("written to at"), null=True)
    reminded_at = models.DateTimeField(_("reminded at"), null=True)
    closes_at = models.DateTimeField(_("answers until"))
    answered_at = models.DateTimeField(_("answered at"), null=True)
    stopped = models.BooleanField(default=False, editable=False)  # "do not ask me again", of a whole voice

    class Meta:
        verbose_name = _("asked for feedback")
        verbose_name_plural = _("asked for feedback")
        indexes = [
            models.Index(fields=["hub_year", "form"], name="asked_of_a_hub"),
            models.Index(fields=["voice"], name="asked_by_voice"),
            # Each round asks what is to be done with those whose tie stands: most have been cut.
            models.Index(fields=["form", "closes_at"], name="asked_tied", condition=Q(visitor__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["visitor", "form"], name="asked_once"),
            models.CheckConstraint(
                condition=Q(form="day", session__isnull=False) | Q(form="later", session=None),
                name="asked_of_a_lesson_or_of_all",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_form_display()}, {self.asked_at:%d %b %Y}"


class Useful(models.TextChoices):
    """Four words each."""

    VERY = "very", _("very")
    QUITE = "quite", _("quite")
    LITTLE = "little", _("a little")
    NOT = "not", _("not")
    RATHER_NOT = "rather_not", _("I’d rather not say")


class TaughtFor(models.TextChoices):
    """For how many years."""

    UP_TO_2 = "2", _("up to 2")
    UP_TO_5 = "5", _("3 to 5")
    UP_TO_10 = "10", _("6 to 10")
    MORE = "more", _("more")
    RATHER_NOT = "rather_not", _("I’d rather not say")


class ThoughtBefore(models.TextChoices):
    """Of teaching for mastery, before they came."""

    TEACHES = "teaches", _("I teach this way")
    INTERESTED = "interested", _("Interested")
    UNSURE = "unsure", _("Unsure")
    DOUBTS = "doubts", _("I had doubts")
    RATHER_NOT = "rather_not", _("I’d rather not say")


class Changed(models.TextChoices):
    """In their maths teaching. "Changed" in a report is MOST_WEEKS and HOW_I_TEACH, and nothing else."""

    ALREADY = "already", _("I already taught this way")
    NOTHING = "nothing", _("Nothing yet")
    TRIED = "tried", _("I have tried something")
    MOST_WEEKS = "most_weeks", _("I do some of it most weeks")
    HOW_I_TEACH = "how_i_teach", _("It is how I teach now")
    NO_TEACHER = "no_teacher", _("I do not teach")
    RATHER_NOT = "rather_not", _("I’d rather not say")


class HowFar(models.TextChoices):
    """It has gone in their school."""

    ONLY_ME = "only_me", _("only me")
    FEW = "few", _("a few of us")
    SCHOOL = "school", _("the whole school")
    UNKNOWN = "unknown", _("I do not know")
    RATHER_NOT = "rather_not", _("I’d rather not say")


class Watched(models.TextChoices):
    """A colleague teach maths, or been watched, since."""

    NO = "no", _("no")
    PLANNED = "planned", _("planned")
    ONCE = "once", _("once")
    MORE = "more", _("more often")
    RATHER_NOT = "rather_not", _("I’d rather not say")


class InTheWay(models.TextChoices):
    """What stood there, most of all."""

    TIME = "time", _("Time or cover")
    SCHEME = "scheme", _("Our scheme or curriculum")
    LEADERS = "leaders", _("Leaders")
    CLASS = "class", _("It would not suit my class")
    NOTHING = "nothing", _("Nothing")
    ELSE = "else", _("Something else")
    RATHER_NOT = "rather_not", _("I’d rather not say")


class SharedWith(models.TextChoices):
    """With how many colleagues."""

    NONE = "0", _("none")
    FEW = "2", _("1 or 2")
    SOME = "5", _("3 to 5")
    MANY = "10", _("6 to 10")
    MORE = "more", _("more")
    RATHER_NOT = "rather_not", _("I’d rather not say")


class Answer(models.Model):
    """One person's answers, without them. Every question may be left: then it is empty.

    The role stands beside, for reports of ten answers and more. A paper form is entered by staff and has a voice that
    pairs with nothing.
    """

    voice = models.UUIDField(default=uuid.uuid4, editable=False)
    hub_year = models.ForeignKey(HubYear, models.PROTECT, related_name="+", verbose_name=_("hub in a year"))
    role = FlagField(_("role"), flag=Roles)
    on_paper = models.BooleanField(_("on paper"), default=False)
    answered_at = models.DateTimeField(_("answered at"))
    may_quote = models.BooleanField(_("may be quoted"), default=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.answered_at:%d %b %Y}"


class DayAnswer(Answer):
    """What somebody made of one lesson."""

    session = models.ForeignKey(ShowcaseSession, models.PROTECT, related_name="answers", verbose_name=_("session"))
    lesson = models.CharField(_("how useful was the lesson"), max_length=10, choices=Useful, blank=True)
    discussion = models.CharField(_("how useful was the discussion"), max_length=10, choices=Useful, blank=True)
    taught_for = models.CharField(_("years of teaching"), max_length=10, choices=TaughtFor, blank=True)
    thought_before = models.CharField(
        _("thought of teaching for mastery"), max_length=10, choices=ThoughtBefore, blank=True
    )
    take = models.TextField(_("what they will take into their classroom"), max_length=LONGEST_ANSWER, blank=True)
    change = models.TextField(_("what they would change"), max_length=LONGEST_ANSWER, blank=True)

    class Meta:
        verbose_name = _("answer on the day")
        verbose_name_plural = _("answers on the day")
        ordering = ["session", "voice"]
        indexes = [models.Index(fields=["hub_year"], name="day_answers_of_hub")]
        constraints = [models.UniqueConstraint(fields=["session", "voice"], name="one_answer_a_session")]


class LaterAnswer(Answer):
    """What has become of it six school weeks later, of all that somebody saw in one hub's exchange."""

    changed = models.CharField(_("what has changed"), max_length=12, choices=Changed, blank=True)
    how_far = models.CharField(_("how far it has gone"), max_length=10, choices=HowFar, blank=True)
    watched = models.CharField(_("watched or been watched"), max_length=10, choices=Watched, blank=True)
    in_the_way = models.CharField(_("what stood in the way"), max_length=10, choices=InTheWay, blank=True)
    shared_with = models.CharField(_("shared with colleagues"), max_length=10, choices=SharedWith, blank=True)
    sentence = models.TextField(_("in one sentence"), max_length=LONGEST_ANSWER, blank=True)

    class Meta:
        verbose_name = _("answer six weeks later")
        verbose_name_plural = _("answers six weeks later")
        ordering = ["hub_year", "voice"]
        constraints = [models.UniqueConstraint(fields=["hub_year", "voice"], name="one_later_answer")]


class Quote(models.Model):
    """A sentence that may leave the hub: the very text that staff released, with names taken out.

    `voice` leads back to whoever wrote it, who can take it back, until the tie is cut; then it is emptied too, and what
    is left is a copy of nobody's.
    """

    hub_year = models.ForeignKey(HubYear, models.PROTECT, related_name="quotes", verbose_name=_("hub in a year"))
    session = models.ForeignKey(
        ShowcaseSession, models.SET_NULL, null=True, blank=True, related_name="quotes", verbose_name=_("session")
    )
    voice = models.UUIDField(null=True, editable=False, db_index=True)
    of = models.CharField(_("of which question"), max_length=10, editable=False)  # a field of an answer
    text = models.CharField(_("as it may be quoted"), max_length=LONGEST_ANSWER)
    released_at = models.DateTimeField(_("released at"))
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("released by")
    )

    class Meta:
        ordering = ["-released_at"]
        constraints = [models.UniqueConstraint(fields=["voice", "session", "of"], name="one_quote_an_answer")]

    def __str__(self) -> str:
        return self.text


class Interest(models.Model):
    """What a visitor said with their name: whether they would join a group of nearby schools.

    It ends with the exchange.
    """

    class Wants(models.TextChoices):
        NO = "no", _("No")
        MORE = "more", _("Tell me more")
        YES = "yes", _("Yes")

    class As(models.TextChoices):
        LEAD = "lead", _("maths lead")
        TEACHER = "teacher", _("teacher")

    hub_year = models.ForeignKey(HubYear, models.PROTECT, related_name="interests", verbose_name=_("hub in a year"))
    visitor = models.OneToOneField(Visitor, models.CASCADE, related_name="interest", verbose_name=_("visitor"))
    wants = models.CharField(_("would join a group"), max_length=4, choices=Wants)
    role = models.CharField(_("as"), max_length=8, choices=As, blank=True)
    at = models.DateTimeField(_("said at"))

    class Meta:
        verbose_name = _("interest in a group")
        verbose_name_plural = _("interests in groups")
        ordering = ["-at"]

    def __str__(self) -> str:
        return str(self.get_wants_display())


class NewsConsent(PrivateLink):
    """That a hub may write to somebody about its work: apart from any booking, until it is withdrawn (then no row)."""

    hub = models.ForeignKey(Hub, models.CASCADE, related_name="news_consents", verbose_name=_("hub"))
    email = EmailField(_("email address"))
    email_key = models.CharField(max_length=LONGEST, editable=False)
    full_name = models.CharField(_("full name"), max_length=200, blank=True)
    agreed_at = models.DateTimeField(_("agreed at"))

    class Meta:
        verbose_name = _("consent to news")
        verbose_name_plural = _("consents to news")
        ordering = ["-agreed_at"]
        constraints = [models.UniqueConstraint(fields=["hub", "email_key"], name="one_consent_an_address")]

    def __str__(self) -> str:
        return f"{self.agreed_at:%d %b %Y}"
