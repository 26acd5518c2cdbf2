import bookings.mail_kinds
import bookings.models.change
import bookings.states
import django.db.models.deletion
import django.db.models.expressions
import hubs.vocabulary.flags
import hubs.vocabulary.references
import hubs.vocabulary.request_ids
import hubs.vocabulary.teaching
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("hubs", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("of", models.CharField(max_length=60, verbose_name="of what")),
                ("column", models.CharField(blank=True, max_length=40, verbose_name="whose")),
                ("row", models.CharField(max_length=40, verbose_name="which row")),
                ("at", models.DateTimeField(db_index=True, verbose_name="erased at")),
            ],
            options={
                "verbose_name": "erasure",
                "verbose_name_plural": "ledger of erasures",
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("email_key", models.CharField(max_length=254, unique=True)),
            ],
            options={
                "verbose_name_plural": "people",
            },
        ),
        migrations.CreateModel(
            name="Booking",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("link_version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "reference",
                    models.CharField(
                        default=hubs.vocabulary.references.booking_reference,
                        editable=False,
                        max_length=8,
                        unique=True,
                        verbose_name="reference",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("held", "to be confirmed"),
                            ("offered", "offered a place"),
                            ("confirmed", "confirmed"),
                            ("waiting", "on the waiting list"),
                            ("lapsed", "lapsed"),
                            ("cancelled", "cancelled"),
                        ],
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "party",
                    models.PositiveSmallIntegerField(
                        help_text="How many of its visitors are coming.", verbose_name="visitors"
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[("web", "on the web"), ("staff", "by staff")],
                        default="web",
                        max_length=5,
                        verbose_name="made",
                    ),
                ),
                ("uses_held_back", models.BooleanField(default=False, verbose_name="uses held-back places")),
                ("from_held_back", models.PositiveSmallIntegerField(default=0, editable=False)),
                ("language", models.CharField(default="en-gb", max_length=10, verbose_name="language")),
                ("request_key", models.UUIDField(editable=False, null=True, unique=True)),
                ("contact_name", models.CharField(max_length=200, null=True, verbose_name="contact")),
                ("name_words", models.TextField(default="", editable=False)),
                (
                    "contact_email",
                    models.EmailField(blank=True, max_length=254, null=True, verbose_name="email address"),
                ),
                ("email_key", models.CharField(editable=False, max_length=254, null=True)),
                (
                    "contact_mobile",
                    models.CharField(blank=True, default="", max_length=30, verbose_name="mobile number"),
                ),
                ("contact_comes", models.BooleanField(default=True, verbose_name="the contact is coming")),
                (
                    "school_kind",
                    models.CharField(
                        choices=[
                            ("register", "a school in England"),
                            ("state", "a state school or nursery in England that is not in the list"),
                            ("independent", "an independent school that is not in the list"),
                            ("uk", "a school elsewhere in the UK"),
                            ("abroad", "a school abroad"),
                            ("university", "a university or training provider"),
                            ("trust", "a trust, local authority or other body"),
                            ("none", "no school just now"),
                        ],
                        default="register",
                        max_length=12,
                        verbose_name="kind of school",
                    ),
                ),
                ("school_name", models.CharField(blank=True, max_length=200, verbose_name="name of school")),
                ("school_place", models.CharField(blank=True, max_length=100, verbose_name="postcode or town")),
                ("school_words", models.TextField(default="", editable=False)),
                ("school_key", models.CharField(editable=False, max_length=320)),
                ("code", models.CharField(blank=True, default="", max_length=30, verbose_name="code given")),
                ("created_at", models.DateTimeField(verbose_name="made at")),
                ("joined_at", models.DateTimeField(blank=True, null=True, verbose_name="joined the waiting list")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended at")),
                ("ended_late", models.BooleanField(editable=False, null=True, verbose_name="ended late")),
                ("here_since", models.DateTimeField(blank=True, null=True, verbose_name="moved to this session at")),
                ("calendar_ahead", models.PositiveIntegerField(default=0, editable=False)),
                ("deadline", models.DateTimeField(blank=True, null=True, verbose_name="kept until")),
                ("offered_at", models.DateTimeField(blank=True, null=True, verbose_name="offered at")),
                (
                    "smallest_party",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="would come with"),
                ),
                ("address_proved_at", models.DateTimeField(blank=True, null=True, verbose_name="address proved at")),
                ("held_from", models.CharField(editable=False, max_length=32, null=True)),
                ("forgotten_at", models.DateTimeField(editable=False, null=True, verbose_name="names deleted at")),
                (
                    "goes_with",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="companions",
                        to="bookings.booking",
                        verbose_name="goes with",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bookings",
                        to="hubs.school",
                        verbose_name="school",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bookings",
                        to="hubs.showcasesession",
                        verbose_name="session",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at"],
                "indexes": [
                    models.Index(fields=["session", "status"], name="booking_by_session"),
                    models.Index(
                        condition=models.Q(("status__in", ["confirmed", "held", "offered", "waiting"])),
                        fields=["session", "school_key"],
                        name="booking_share",
                    ),
                    models.Index(fields=["email_key"], name="booking_by_address"),
                    models.Index(fields=["status", "deadline"], name="booking_due"),
                    models.Index(fields=["created_at"], name="booking_by_age"),
                    models.Index(
                        condition=models.Q(("held_from__isnull", False)),
                        fields=["session", "held_from"],
                        name="booking_held_from",
                    ),
                    models.Index(
                        condition=models.Q(("forgotten_at", None)), fields=["session"], name="booking_with_names"
                    ),
                    models.Index(
                        condition=models.Q(("contact_mobile", ""), _negated=True),
                        fields=["session"],
                        name="booking_with_mobile",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("contact_name__isnull", False), ("name_words", ""), _connector="OR"),
                        name="contact_erased_with_words",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("goes_with", None), ("status__in", ["confirmed", "held", "offered", "waiting"])
                        ),
                        fields=("session", "school_key", "email_key"),
                        name="one_live_booking_each",
                        violation_error_message="This address already has a booking for this school and session.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("contact_comes", True), ("status__in", ["confirmed", "held", "offered", "waiting"])
                        ),
                        fields=("session", "email_key"),
                        name="contact_comes_once",
                        violation_error_message="This person already has a place at this session.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["held", "offered", "confirmed", "waiting", "lapsed", "cancelled"])
                        ),
                        name="booking_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["confirmed", "held", "offered", "waiting"]), _negated=True),
                            ("party__gte", 1),
                            _connector="OR",
                        ),
                        name="party_has_a_visitor",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["held", "offered"]), _negated=True),
                            ("deadline__isnull", False),
                            _connector="OR",
                        ),
                        name="unconfirmed_has_deadline",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "waiting"), _negated=True),
                            ("joined_at__isnull", False),
                            _connector="OR",
                        ),
                        name="waiting_since_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("school__isnull", False), ("school_kind", "register")),
                            models.Q(("school", None), models.Q(("school_kind", "register"), _negated=True)),
                            _connector="OR",
                        ),
                        name="register_school_has_urn",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("held_from", None),
                            models.Q(("address_proved_at", None), ("status", "held")),
                            _connector="OR",
                        ),
                        name="network_kept_until_proved",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("from_held_back__lte", models.F("party"))), name="held_back_places_fit"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("smallest_party", None), ("smallest_party__lte", models.F("party")), _connector="OR"
                        ),
                        name="smallest_party_fits",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="when")),
                (
                    "by",
                    models.CharField(
                        choices=[
                            ("visitor", "visitor"),
                            ("staff", "staff"),
                            ("clock", "clock"),
                            ("office", "school office"),
                        ],
                        max_length=7,
                        verbose_name="by",
                    ),
                ),
                ("verb", models.CharField(choices=bookings.states.verb_choices, max_length=20, verbose_name="what")),
                ("visitor_id", models.BigIntegerField(blank=True, null=True, verbose_name="visitor")),
                ("from_status", models.CharField(blank=True, max_length=10, verbose_name="from")),
                ("to_status", models.CharField(blank=True, max_length=10, verbose_name="to")),
                (
                    "places",
                    models.SmallIntegerField(
                        default=0, help_text="Taken (+) or given back (−).", verbose_name="places"
                    ),
                ),
                ("why", models.CharField(blank=True, max_length=300, verbose_name="why")),
                ("why_told", models.BooleanField(default=False, verbose_name="they were told why")),
                (
                    "request_id",
                    models.CharField(
                        blank=True,
                        default=hubs.vocabulary.request_ids.current,
                        help_text="As the log has it. None: nobody pressed, it was due.",
                        max_length=32,
                        verbose_name="request",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="audit",
                        to="hubs.showcasesession",
                        verbose_name="session",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="staff",
                    ),
                ),
                (
                    "booking",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="audit",
                        to="bookings.booking",
                        verbose_name="booking",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "audit entries",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("by", "staff"), ("staff__isnull", False)),
                            models.Q(models.Q(("by", "staff"), _negated=True), ("staff", None)),
                            _connector="OR",
                        ),
                        name="staff_is_named",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DayAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("voice", models.UUIDField(default=uuid.uuid4, editable=False)),
                (
                    "role",
                    hubs.vocabulary.flags.FlagField(
                        blank=True, default=0, flag=hubs.vocabulary.teaching.Roles, verbose_name="role"
                    ),
                ),
                ("on_paper", models.BooleanField(default=False, verbose_name="on paper")),
                ("answered_at", models.DateTimeField(verbose_name="answered at")),
                ("may_quote", models.BooleanField(default=False, verbose_name="may be quoted")),
                (
                    "lesson",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("very", "very"),
                            ("quite", "quite"),
                            ("little", "a little"),
                            ("not", "not"),
                            ("rather_not", "I’d rather not say"),
                        ],
                        max_length=10,
                        verbose_name="how useful was the lesson",
                    ),
                ),
                (
                    "discussion",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("very", "very"),
                            ("quite", "quite"),
                            ("little", "a little"),
                            ("not", "not"),
                            ("rather_not", "I’d rather not say"),
                        ],
                        max_length=10,
                        verbose_name="how useful was the discussion",
                    ),
                ),
                (
                    "taught_for",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("2", "up to 2"),
                            ("5", "3 to 5"),
                            ("10", "6 to 10"),
                            ("more", "more"),
                            ("rather_not", "I’d rather not say"),
                        ],
                        max_length=10,
                        verbose_name="years of teaching",
                    ),
                ),
                (
                    "thought_before",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("teaches", "I teach this way"),
                            ("interested", "Interested"),
                            ("unsure", "Unsure"),
                            ("doubts", "I had doubts"),
                            ("rather_not", "I’d rather not say"),
                        ],
                        max_length=10,
                        verbose_name="thought of teaching for mastery",
                    ),
                ),
                (
                    "take",
                    models.TextField(
                        blank=True, max_length=1000, verbose_name="what they will take into their classroom"
                    ),
                ),
                ("change", models.TextField(blank=True, max_length=1000, verbose_name="what they would change")),
                (
                    "hub_year",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.hubyear",
                        verbose_name="hub in a year",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="hubs.showcasesession",
                        verbose_name="session",
                    ),
                ),
            ],
            options={
                "verbose_name": "answer on the day",
                "verbose_name_plural": "answers on the day",
                "ordering": ["session", "voice"],
                "indexes": [models.Index(fields=["hub_year"], name="day_answers_of_hub")],
                "constraints": [models.UniqueConstraint(fields=("session", "voice"), name="one_answer_a_session")],
            },
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("answers", models.JSONField(default=dict)),
                ("request_key", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("consumed_at", models.DateTimeField(null=True)),
                ("turned_away", models.BooleanField(default=False)),
                ("held_from", models.CharField(editable=False, max_length=32, null=True)),
                ("silent", models.PositiveSmallIntegerField(default=0, editable=False)),
                (
                    "booking",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="bookings.booking"
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="hubs.school"
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="hubs.showcasesession"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("held_from__isnull", False)),
                        fields=["session", "held_from"],
                        name="draft_held_from",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Interest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "wants",
                    models.CharField(
                        choices=[("no", "No"), ("more", "Tell me more"), ("yes", "Yes")],
                        max_length=4,
                        verbose_name="would join a group",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[("lead", "maths lead"), ("teacher", "teacher")],
                        max_length=8,
                        verbose_name="as",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="said at")),
                (
                    "hub_year",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="interests",
                        to="hubs.hubyear",
                        verbose_name="hub in a year",
                    ),
                ),
            ],
            options={
                "verbose_name": "interest in a group",
                "verbose_name_plural": "interests in groups",
                "ordering": ["-at"],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("link_version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("invited", "invited"),
                            ("named", "the head is asked"),
                            ("joined", "joined"),
                            ("declined", "declined"),
                            ("left", "left"),
                        ],
                        default="invited",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("asked_name", models.CharField(blank=True, max_length=200, null=True, verbose_name="to whom")),
                (
                    "asked_email",
                    models.EmailField(blank=True, max_length=254, null=True, verbose_name="their email address"),
                ),
                ("head_name", models.CharField(blank=True, max_length=200, null=True, verbose_name="head teacher")),
                (
                    "head_email",
                    models.EmailField(blank=True, max_length=254, null=True, verbose_name="head teacher's email"),
                ),
                ("head_version", models.PositiveIntegerField(default=1, editable=False)),
                ("language", models.CharField(default="en-gb", max_length=10, verbose_name="language")),
                ("invited_at", models.DateTimeField(verbose_name="invited at")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="answered at")),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitations",
                        to="hubs.workgroup",
                        verbose_name="work group",
                    ),
                ),
                (
                    "interest",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="invitations",
                        to="bookings.interest",
                    ),
                ),
                (
                    "invited_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="invited by",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.school",
                        verbose_name="school",
                    ),
                ),
            ],
            options={
                "verbose_name": "invitation to a group",
                "verbose_name_plural": "invitations to groups",
                "ordering": ["group", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("group", "school"), name="school_is_invited_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["joined", "declined", "left"]), _negated=True),
                            ("answered_at__isnull", False),
                            _connector="OR",
                        ),
                        name="answered_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GroupTeacher",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField(verbose_name="order")),
                ("full_name", models.CharField(blank=True, max_length=200, null=True, verbose_name="full name")),
                ("email", models.EmailField(blank=True, max_length=254, null=True, verbose_name="email address")),
                ("is_lead", models.BooleanField(default=False, verbose_name="maths lead")),
                (
                    "invitation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="teachers",
                        to="bookings.invitation",
                        verbose_name="invitation to a group",
                    ),
                ),
            ],
            options={
                "verbose_name": "teacher of a group",
                "verbose_name_plural": "teachers of groups",
                "ordering": ["invitation", "position"],
                "constraints": [
                    models.UniqueConstraint(fields=("invitation", "position"), name="one_teacher_a_position")
                ],
            },
        ),
        migrations.CreateModel(
            name="Enrolment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="done at")),
                ("told_at", models.DateTimeField(blank=True, null=True, verbose_name="told at")),
                ("problem", models.CharField(blank=True, max_length=200, verbose_name="why not")),
                (
                    "booking",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="bookings.booking",
                        verbose_name="booking",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="enrolments",
                        to="hubs.showcasesession",
                        verbose_name="meeting",
                    ),
                ),
                (
                    "invitation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="enrolments",
                        to="bookings.invitation",
                        verbose_name="invitation to a group",
                    ),
                ),
            ],
            options={
                "verbose_name": "enrolment of a school",
                "verbose_name_plural": "enrolments of schools",
                "indexes": [models.Index(condition=models.Q(("told_at", None)), fields=["id"], name="enrolment_to_do")],
                "constraints": [
                    models.UniqueConstraint(fields=("invitation", "session"), name="enrolled_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("done_at__isnull", False),
                            models.Q(("booking", None), ("problem", ""), ("told_at", None)),
                            _connector="OR",
                        ),
                        name="enrolled_before_it_is_told",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="KeptReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("leaves", models.BooleanField(verbose_name="copy that leaves")),
                ("as_at", models.DateTimeField(verbose_name="as at")),
                ("made_of", models.CharField(default="", editable=False, max_length=64)),
                ("page", models.TextField(verbose_name="page")),
                ("heads", models.JSONField(default=list, verbose_name="what it rests on")),
                ("tables", models.JSONField(default=dict, verbose_name="tables")),
                (
                    "exchange",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="kept_reports",
                        to="hubs.exchange",
                        verbose_name="exchange",
                    ),
                ),
                (
                    "hub_year",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="kept_reports",
                        to="hubs.hubyear",
                        verbose_name="hub in a year",
                    ),
                ),
            ],
            options={
                "verbose_name": "kept report",
                "verbose_name_plural": "kept reports",
                "ordering": ["-exchange__year", "hub_year", "leaves"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("hub_year", None)),
                        fields=("exchange", "leaves"),
                        name="one_kept_report_a_copy",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("hub_year__isnull", False)),
                        fields=("hub_year", "leaves"),
                        name="one_kept_report_of_a_hub",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LaterAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("voice", models.UUIDField(default=uuid.uuid4, editable=False)),
                (
                    "role",
                    hubs.vocabulary.flags.FlagField(
                        blank=True, default=0, flag=hubs.vocabulary.teaching.Roles, verbose_name="role"
                    ),
                ),
                ("on_paper", models.BooleanField(default=False, verbose_name="on paper")),
                ("answered_at", models.DateTimeField(verbose_name="answered at")),
                ("may_quote", models.BooleanField(default=False, verbose_name="may be quoted")),
                (
                    "changed",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("already", "I already taught this way"),
                            ("nothing", "Nothing yet"),
                            ("tried", "I have tried something"),
                            ("most_weeks", "I do some of it most weeks"),
                            ("how_i_teach", "It is how I teach now"),
                            ("no_teacher", "I do not teach"),
                            ("rather_not", "I’d rather not say"),
                        ],
                        max_length=12,
                        verbose_name="what has changed",
                    ),
                ),
                (
                    "how_far",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("only_me", "only me"),
                            ("few", "a few of us"),
                            ("school", "the whole school"),
                            ("unknown", "I do not know"),
                            ("rather_not", "I’d rather not say"),
                        ],
                        max_length=10,
                        verbose_name="how far it has gone",
                    ),
                ),
                (
                    "watched",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("no", "no"),
                            ("planned", "planned"),
                            ("once", "once"),
                            ("more", "more often"),
                            ("rather_not", "I’d rather not say"),
                        ],
                        max_length=10,
                        verbose_name="watched or been watched",
                    ),
                ),
                (
                    "in_the_way",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("time", "Time or cover"),
                            ("scheme", "Our scheme or curriculum"),
                            ("leaders", "Leaders"),
                            ("class", "It would not suit my class"),
                            ("nothing", "Nothing"),
                            ("else", "Something else"),
                            ("rather_not", "I’d rather not say"),
                        ],
                        max_length=10,
                        verbose_name="what stood in the way",
                    ),
                ),
                (
                    "shared_with",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("0", "none"),
                            ("2", "1 or 2"),
                            ("5", "3 to 5"),
                            ("10", "6 to 10"),
                            ("more", "more"),
                            ("rather_not", "I’d rather not say"),
                        ],
                        max_length=10,
                        verbose_name="shared with colleagues",
                    ),
                ),
                ("sentence", models.TextField(blank=True, max_length=1000, verbose_name="in one sentence")),
                (
                    "hub_year",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.hubyear",
                        verbose_name="hub in a year",
                    ),
                ),
            ],
            options={
                "verbose_name": "answer six weeks later",
                "verbose_name_plural": "answers six weeks later",
                "ordering": ["hub_year", "voice"],
                "constraints": [models.UniqueConstraint(fields=("hub_year", "voice"), name="one_later_answer")],
            },
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("at", models.DateTimeField(verbose_name="when")),
                (
                    "to",
                    models.CharField(
                        choices=[
                            ("confirmed", "everyone with a confirmed place"),
                            ("waiting", "everyone on the waiting list"),
                            ("all", "everyone: confirmed, not confirmed yet, and waiting"),
                        ],
                        max_length=10,
                        verbose_name="to",
                    ),
                ),
                ("subject", models.CharField(max_length=100, verbose_name="subject")),
                ("message", models.CharField(max_length=3000, verbose_name="message")),
                ("mails", models.PositiveIntegerField(verbose_name="mails")),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="letters",
                        to="hubs.showcasesession",
                        verbose_name="session",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="NetworkUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("network", models.CharField(max_length=32, verbose_name="network")),
                ("what", models.CharField(max_length=8, verbose_name="asked for")),
                ("hour", models.DateTimeField(db_index=True, verbose_name="hour")),
                ("used", models.PositiveIntegerField(default=0, verbose_name="times")),
            ],
            options={
                "verbose_name": "use by a network",
                "verbose_name_plural": "uses by networks",
                "constraints": [models.UniqueConstraint(fields=("network", "what", "hour"), name="one_count_an_hour")],
            },
        ),
        migrations.CreateModel(
            name="NewsConsent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("link_version", models.PositiveIntegerField(default=1, editable=False)),
                ("email", models.EmailField(max_length=254, verbose_name="email address")),
                ("email_key", models.CharField(editable=False, max_length=254)),
                ("full_name", models.CharField(blank=True, max_length=200, verbose_name="full name")),
                ("agreed_at", models.DateTimeField(verbose_name="agreed at")),
                (
                    "hub",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="news_consents",
                        to="hubs.hub",
                        verbose_name="hub",
                    ),
                ),
            ],
            options={
                "verbose_name": "consent to news",
                "verbose_name_plural": "consents to news",
                "ordering": ["-agreed_at"],
                "constraints": [models.UniqueConstraint(fields=("hub", "email_key"), name="one_consent_an_address")],
            },
        ),
        migrations.CreateModel(
            name="OfficeLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("link_version", models.PositiveIntegerField(default=1, editable=False)),
                ("may_mark", models.BooleanField(default=False, verbose_name="may mark arrivals")),
                ("given_to", models.EmailField(blank=True, max_length=254, verbose_name="given to")),
                ("given_at", models.DateTimeField(verbose_name="given at")),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="withdrawn at")),
                ("known", models.JSONField(default=dict, editable=False)),
                ("known_at", models.DateTimeField(editable=False, null=True, verbose_name="first told who is coming")),
                (
                    "session",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="office_link",
                        to="hubs.showcasesession",
                        verbose_name="session",
                    ),
                ),
            ],
            options={
                "verbose_name": "link of a school office",
                "verbose_name_plural": "links of school offices",
                "ordering": ["-given_at"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("given_to", ""), ("known_at", None), _negated=True),
                        fields=["session"],
                        name="office_to_forget",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Opened",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("register", "register of a session"),
                            ("booking", "booking"),
                            ("export", "export"),
                            ("list", "list of people"),
                        ],
                        max_length=8,
                        verbose_name="what",
                    ),
                ),
                (
                    "page",
                    models.CharField(help_text="As the address table calls it.", max_length=60, verbose_name="page"),
                ),
                ("at", models.DateTimeField(db_index=True, verbose_name="when")),
                (
                    "request_id",
                    models.CharField(
                        blank=True, default=hubs.vocabulary.request_ids.current, max_length=32, verbose_name="request"
                    ),
                ),
                (
                    "booking",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="bookings.booking",
                        verbose_name="booking",
                    ),
                ),
                (
                    "hub",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="hubs.hub",
                        verbose_name="hub",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="hubs.showcasesession",
                        verbose_name="session",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="staff",
                    ),
                ),
            ],
            options={
                "verbose_name": "page that was opened",
                "verbose_name_plural": "pages that were opened",
                "ordering": ["-pk"],
                "indexes": [models.Index(fields=["staff", "at"], name="opened_by")],
            },
        ),
        migrations.CreateModel(
            name="Places",
            fields=[
                (
                    "session",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="places",
                        serialize=False,
                        to="hubs.showcasesession",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("announced", "announced"),
                            ("open", "open"),
                            ("closed", "closed"),
                            ("postponed", "postponed"),
                            ("cancelled", "cancelled"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "status_before",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("draft", "draft"),
                            ("announced", "announced"),
                            ("open", "open"),
                            ("closed", "closed"),
                            ("postponed", "postponed"),
                            ("cancelled", "cancelled"),
                        ],
                        default="",
                        max_length=10,
                        verbose_name="status before it was taken off",
                    ),
                ),
                (
                    "capacity",
                    models.PositiveSmallIntegerField(default=0, help_text="0: not known yet.", verbose_name="places"),
                ),
                ("held_back", models.PositiveSmallIntegerField(default=0, verbose_name="held back")),
                ("places_taken", models.PositiveSmallIntegerField(default=0, verbose_name="taken")),
                ("planned_capacity", models.PositiveSmallIntegerField(blank=True, editable=False, null=True)),
                ("planned_held_back", models.PositiveSmallIntegerField(blank=True, editable=False, null=True)),
                ("calendar_sequence", models.PositiveIntegerField(default=0, verbose_name="calendar sequence")),
            ],
            options={
                "verbose_name": "places of a session",
                "verbose_name_plural": "places of sessions",
                "indexes": [
                    models.Index(condition=models.Q(("held_back__gt", 0)), fields=["session"], name="places_held_back")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "capacity__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("places_taken"), "+", models.F("held_back")
                                ),
                            ),
                            ("held_back__gte", 0),
                            ("places_taken__gte", 0),
                        ),
                        name="never_more_places_than_the_room_holds",
                        violation_error_message="There are not that many places.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["draft", "announced", "open", "closed", "postponed", "cancelled"])
                        ),
                        name="session_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "open"), _negated=True), ("capacity__gte", 1), _connector="OR"
                        ),
                        name="open_session_has_places",
                        violation_error_message="A session needs places before it opens.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status_before", ""), ("status__in", ["cancelled", "postponed"]), _connector="OR"
                        ),
                        name="only_what_is_off_has_a_status_before",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Quote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("voice", models.UUIDField(db_index=True, editable=False, null=True)),
                ("of", models.CharField(editable=False, max_length=10, verbose_name="of which question")),
                ("text", models.CharField(max_length=1000, verbose_name="as it may be quoted")),
                ("released_at", models.DateTimeField(verbose_name="released at")),
                (
                    "hub_year",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quotes",
                        to="hubs.hubyear",
                        verbose_name="hub in a year",
                    ),
                ),
                (
                    "released_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="released by",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="quotes",
                        to="hubs.showcasesession",
                        verbose_name="session",
                    ),
                ),
            ],
            options={
                "ordering": ["-released_at"],
                "constraints": [models.UniqueConstraint(fields=("voice", "session", "of"), name="one_quote_an_answer")],
            },
        ),
        migrations.CreateModel(
            name="Register",
            fields=[
                (
                    "session",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="register",
                        serialize=False,
                        to="hubs.showcasesession",
                        verbose_name="session",
                    ),
                ),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="recorded by",
                    ),
                ),
            ],
            options={
                "verbose_name": "recorded register",
                "verbose_name_plural": "recorded registers",
            },
        ),
        migrations.CreateModel(
            name="Running",
            fields=[
                ("id", models.SmallAutoField(primary_key=True, serialize=False)),
                ("mail_held_at", models.DateTimeField(editable=False, null=True, verbose_name="mail held since")),
                (
                    "backup_ended_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="restored from a backup that ended"),
                ),
                (
                    "clock_held_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="lapsing held since the clock jumped"),
                ),
                (
                    "clock_boot",
                    models.CharField(blank=True, editable=False, max_length=36, verbose_name="the machine’s start"),
                ),
                (
                    "clock_offset",
                    models.FloatField(editable=False, null=True, verbose_name="when that was by its clock"),
                ),
                ("round_at", models.DateTimeField(editable=False, null=True, verbose_name="the worker’s last round")),
                (
                    "round_host",
                    models.CharField(blank=True, editable=False, max_length=253, verbose_name="the worker’s host"),
                ),
                ("trial_at", models.DateTimeField(editable=False, null=True, verbose_name="the last trial booking")),
                (
                    "trial_said",
                    models.CharField(
                        blank=True, editable=False, max_length=100, verbose_name="what went wrong with it"
                    ),
                ),
                ("counted_at", models.DateTimeField(editable=False, null=True, verbose_name="places counted")),
                (
                    "miscounted",
                    models.JSONField(default=list, editable=False, verbose_name="sessions whose count was wrong"),
                ),
                (
                    "reports_differing",
                    models.JSONField(default=list, editable=False, verbose_name="kept reports that differ"),
                ),
                ("backed_up_at", models.DateTimeField(editable=False, null=True, verbose_name="the last backup")),
                ("alerted", models.JSONField(default=dict, editable=False, verbose_name="alerts that were mailed")),
            ],
            options={
                "verbose_name": "what is running",
                "verbose_name_plural": "what is running",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("pk", 1)), name="there_is_one_installation")
                ],
            },
        ),
        migrations.CreateModel(
            name="SessionChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("message", models.CharField(blank=True, max_length=1000, verbose_name="message")),
                (
                    "verb",
                    models.CharField(choices=bookings.states.session_verb_choices, max_length=20, verbose_name="what"),
                ),
                ("at", models.DateTimeField(verbose_name="when")),
                ("facts", models.JSONField(default=dict, verbose_name="facts")),
                (
                    "instead",
                    models.ManyToManyField(
                        blank=True, related_name="+", to="hubs.showcasesession", verbose_name="sessions offered instead"
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="hubs.showcasesession",
                        verbose_name="session",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
            ],
            options={
                "verbose_name": "change of a session",
                "verbose_name_plural": "changes of sessions",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="TellMe",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("link_version", models.PositiveIntegerField(default=1, editable=False)),
                ("email", models.EmailField(max_length=254, verbose_name="email address")),
                ("email_key", models.CharField(editable=False, max_length=254)),
                ("language", models.CharField(default="en-gb", max_length=10, verbose_name="language")),
                ("created_at", models.DateTimeField(verbose_name="asked at")),
                ("proved_at", models.DateTimeField(blank=True, null=True, verbose_name="address proved at")),
                ("told_at", models.DateTimeField(blank=True, null=True, verbose_name="told at")),
                (
                    "search",
                    models.CharField(blank=True, default="", editable=False, max_length=1000, verbose_name="search"),
                ),
                ("words", models.CharField(blank=True, default="", max_length=300, verbose_name="asked for")),
                ("easting", models.IntegerField(blank=True, editable=False, null=True)),
                ("northing", models.IntegerField(blank=True, editable=False, null=True)),
                ("miles", models.PositiveSmallIntegerField(blank=True, editable=False, null=True)),
                (
                    "years",
                    hubs.vocabulary.flags.FlagField(
                        blank=True, default=0, flag=hubs.vocabulary.teaching.Years, verbose_name="teaches"
                    ),
                ),
                (
                    "roles",
                    hubs.vocabulary.flags.FlagField(
                        blank=True, default=0, flag=hubs.vocabulary.teaching.Roles, verbose_name="role"
                    ),
                ),
                ("since", models.DateField(blank=True, null=True, verbose_name="from")),
                ("until", models.DateField(blank=True, null=True, verbose_name="to")),
                ("step_free", models.BooleanField(default=False, verbose_name="step-free access")),
                (
                    "host_school",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tell_me",
                        to="hubs.hostschool",
                    ),
                ),
                (
                    "hub",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tell_me",
                        to="hubs.hub",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tell_me",
                        to="hubs.showcasesession",
                    ),
                ),
            ],
            options={
                "verbose_name": "wish to be told",
                "verbose_name_plural": "wishes to be told",
                "indexes": [
                    models.Index(
                        condition=models.Q(("proved_at__isnull", False), ("session__isnull", False), ("told_at", None)),
                        fields=["session"],
                        name="tell_me_of_session",
                    ),
                    models.Index(fields=["created_at"], name="tell_me_by_age"),
                    models.Index(fields=["email_key"], name="tell_me_by_address"),
                    models.Index(
                        condition=models.Q(("easting__isnull", False), ("proved_at__isnull", False)),
                        fields=["easting", "northing"],
                        name="tell_me_near",
                    ),
                    models.Index(condition=models.Q(("until__isnull", False)), fields=["until"], name="tell_me_until"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("host_school", None), ("hub", None), ("search", ""), ("session__isnull", False)),
                            models.Q(("host_school__isnull", False), ("hub", None), ("search", ""), ("session", None)),
                            models.Q(("host_school", None), ("hub__isnull", False), ("search", ""), ("session", None)),
                            models.Q(("host_school", None), ("session", None), models.Q(("search", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="told_of_one_thing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("easting", None), ("miles", None), ("northing", None)),
                            models.Q(
                                ("easting__isnull", False),
                                ("miles__range", (1, 60)),
                                ("northing__isnull", False),
                                models.Q(("search", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="told_near_a_place",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("search", ""), ("easting__isnull", False), ("hub__isnull", False), _connector="OR"
                        ),
                        name="search_is_of_a_place_or_a_hub",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("search", ""), ("session__isnull", False)),
                        fields=("email_key", "session"),
                        name="told_once_of_session",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("host_school__isnull", False), ("search", "")),
                        fields=("email_key", "host_school"),
                        name="told_once_of_host_school",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("hub__isnull", False), ("search", "")),
                        fields=("email_key", "hub"),
                        name="told_once_of_hub",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("search", ""), _negated=True),
                        fields=("email_key", "search"),
                        name="told_once_of_search",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Told",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("of", models.CharField(max_length=30, verbose_name="of what")),
                ("at", models.DateTimeField(verbose_name="when")),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="told",
                        to="hubs.showcasesession",
                        verbose_name="session",
                    ),
                ),
            ],
            options={
                "verbose_name": "round of mails",
                "verbose_name_plural": "rounds of mails",
                "constraints": [models.UniqueConstraint(fields=("session", "of"), name="told_once")],
            },
        ),
        migrations.CreateModel(
            name="TurnedAway",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="day")),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("full", "full"),
                            ("share", "their school's places were taken"),
                            ("not_theirs", "not for their school"),
                            ("closed", "booking was not open"),
                        ],
                        max_length=10,
                        verbose_name="why",
                    ),
                ),
                ("times", models.PositiveIntegerField(default=0, verbose_name="times")),
                ("places", models.PositiveIntegerField(default=0, verbose_name="places")),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="turned_away",
                        to="hubs.showcasesession",
                        verbose_name="session",
                    ),
                ),
            ],
            options={
                "verbose_name": "turned away",
                "verbose_name_plural": "turned away",
                "ordering": ["session", "day", "why"],
                "constraints": [
                    models.UniqueConstraint(fields=("session", "day", "why"), name="one_count_a_day_and_reason"),
                    models.CheckConstraint(
                        condition=models.Q(("places__gte", models.F("times"))), name="each_wanted_a_place"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Visitor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("link_version", models.PositiveIntegerField(default=1, editable=False)),
                ("position", models.PositiveSmallIntegerField(verbose_name="order")),
                ("is_contact", models.BooleanField(default=False, verbose_name="is the contact")),
                ("full_name", models.CharField(blank=True, max_length=200, null=True, verbose_name="full name")),
                ("name_words", models.TextField(default="", editable=False)),
                ("email", models.EmailField(blank=True, max_length=254, null=True, verbose_name="email address")),
                ("email_key", models.CharField(editable=False, max_length=254, null=True)),
                (
                    "role",
                    hubs.vocabulary.flags.FlagField(
                        blank=True, default=0, flag=hubs.vocabulary.teaching.Roles, verbose_name="role"
                    ),
                ),
                (
                    "years",
                    hubs.vocabulary.flags.FlagField(
                        blank=True, default=0, flag=hubs.vocabulary.teaching.Years, verbose_name="years taught"
                    ),
                ),
                ("mobile", models.CharField(blank=True, default="", max_length=30, verbose_name="mobile number")),
                (
                    "needs",
                    models.CharField(blank=True, default="", max_length=300, verbose_name="access or dietary needs"),
                ),
                (
                    "needs_added",
                    models.CharField(blank=True, default="", max_length=600, verbose_name="needs added by the contact"),
                ),
                (
                    "arranged",
                    models.CharField(blank=True, default="", max_length=300, verbose_name="what was arranged"),
                ),
                ("arranged_at", models.DateTimeField(editable=False, null=True, verbose_name="arranged at")),
                (
                    "seen_before",
                    models.BooleanField(blank=True, null=True, verbose_name="has seen a Shanghai lesson before"),
                ),
                ("released_at", models.DateTimeField(blank=True, null=True, verbose_name="released at")),
                ("released_late", models.BooleanField(editable=False, null=True, verbose_name="released late")),
                ("person_id", models.UUIDField(db_index=True, editable=False, null=True)),
                ("perhaps_id", models.UUIDField(editable=False, null=True)),
                ("first_time", models.BooleanField(editable=False, null=True, verbose_name="first time")),
                (
                    "attendance",
                    models.CharField(
                        choices=[("expected", "expected"), ("attended", "attended"), ("absent", "absent")],
                        default="expected",
                        max_length=10,
                        verbose_name="attendance",
                    ),
                ),
                ("marked_at", models.DateTimeField(editable=False, null=True, verbose_name="marked at")),
                ("left_at", models.DateTimeField(editable=False, null=True, verbose_name="left at")),
                (
                    "arranged_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="arranged by",
                    ),
                ),
                (
                    "booking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="visitors",
                        to="bookings.booking",
                        verbose_name="booking",
                    ),
                ),
                (
                    "marked_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="marked by",
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
                "indexes": [
                    models.Index(fields=["email_key"], name="visitor_by_address"),
                    models.Index(fields=["marked_at"], name="visitor_by_mark"),
                    models.Index(
                        condition=models.Q(("needs", ""), ("needs_added", ""), _negated=True),
                        fields=["booking"],
                        name="visitor_with_needs",
                    ),
                    models.Index(
                        condition=models.Q(("mobile", ""), _negated=True),
                        fields=["booking"],
                        name="visitor_with_mobile",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("full_name__isnull", False), ("perhaps_id", None), ("person_id__isnull", False)
                        ),
                        fields=["booking"],
                        name="visitor_to_recognise",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("full_name__isnull", False), ("name_words", ""), _connector="OR"),
                        name="visitor_erased_with_words",
                    ),
                    models.UniqueConstraint(fields=("booking", "position"), name="one_visitor_a_position"),
                    models.UniqueConstraint(
                        condition=models.Q(("is_contact", True), ("released_at", None)),
                        fields=("booking",),
                        name="contact_is_one_visitor",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("attendance__in", ["expected", "attended", "absent"])),
                        name="attendance_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("arranged", ""),
                            models.Q(("needs", ""), ("needs_added", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="arranged_for_a_need",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("arranged_at", None), ("arranged_by", None)),
                            models.Q(
                                ("arranged_at__isnull", False),
                                ("arranged_by__isnull", False),
                                models.Q(("arranged", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="arranged_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("attendance", "expected"), ("marked_by", None)),
                            ("marked_at__isnull", False),
                            _connector="OR",
                        ),
                        name="marked_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("left_at", None), ("attendance", "attended"), _connector="OR"),
                        name="left_who_had_come",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Seen",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="when")),
                (
                    "booking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="seen",
                        to="bookings.booking",
                        verbose_name="booking",
                    ),
                ),
                (
                    "change",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="seen",
                        to="bookings.sessionchange",
                        verbose_name="change",
                    ),
                ),
                (
                    "visitor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="seen",
                        to="bookings.visitor",
                        verbose_name="visitor",
                    ),
                ),
            ],
            options={
                "verbose_name": "change seen",
                "verbose_name_plural": "changes seen",
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("visitor", None)),
                        fields=("change", "booking"),
                        name="contact_sees_a_change_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("visitor__isnull", False)),
                        fields=("change", "visitor"),
                        name="visitor_sees_a_change_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Phoned",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="when")),
                (
                    "booking",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="bookings.booking",
                        verbose_name="booking",
                    ),
                ),
                (
                    "specialist",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="hubs.masteryspecialist",
                        verbose_name="mastery specialist",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "teacher",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="hubs.visitingteacher",
                        verbose_name="visiting teacher",
                    ),
                ),
                (
                    "change",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="phoned",
                        to="bookings.sessionchange",
                        verbose_name="change",
                    ),
                ),
                (
                    "visitor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="bookings.visitor",
                        verbose_name="visitor",
                    ),
                ),
            ],
            options={
                "verbose_name": "told by phone",
                "verbose_name_plural": "told by phone",
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("booking__isnull", False), ("visitor", None)),
                        fields=("change", "booking"),
                        name="contact_is_phoned_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("visitor__isnull", False)),
                        fields=("change", "visitor"),
                        name="visitor_is_phoned_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("teacher__isnull", False)),
                        fields=("change", "teacher"),
                        name="teacher_is_phoned_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("specialist__isnull", False)),
                        fields=("change", "specialist"),
                        name="specialist_is_phoned_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("booking", None), ("specialist", None), ("teacher", None)),
                        fields=("change",),
                        name="office_is_phoned_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("booking__isnull", False), ("specialist", None), ("teacher", None)),
                            models.Q(("booking", None), ("specialist", None), ("visitor", None)),
                            models.Q(("booking", None), ("teacher", None), ("visitor", None)),
                            _connector="OR",
                        ),
                        name="phoned_is_one_person",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Mail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(choices=bookings.mail_kinds.kind_choices, max_length=20, verbose_name="kind"),
                ),
                ("recipient", models.EmailField(max_length=254, null=True, verbose_name="to")),
                ("recipient_key", models.CharField(editable=False, max_length=254, null=True)),
                ("language", models.CharField(default="en-gb", max_length=10, verbose_name="language")),
                ("facts", models.JSONField(default=dict, verbose_name="facts")),
                ("urgent", models.BooleanField(default=False, verbose_name="urgent")),
                ("created_at", models.DateTimeField(verbose_name="made at")),
                ("due_at", models.DateTimeField(verbose_name="due at")),
                ("again_at", models.DateTimeField(blank=True, null=True, verbose_name="sent again by staff at")),
                ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="not sent after")),
                ("dedupe_key", models.CharField(editable=False, max_length=100, unique=True)),
                (
                    "token",
                    models.CharField(
                        default=hubs.vocabulary.references.mail_token, editable=False, max_length=26, unique=True
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "to be sent"),
                            ("sent", "sent"),
                            ("refused", "refused by the address"),
                            ("failed", "given up"),
                            ("unsure", "may have arrived"),
                            ("dropped", "not needed any longer"),
                        ],
                        default="waiting",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0, verbose_name="tries")),
                (
                    "unanswered",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="How often the mail server took all of it and did not say whether it keeps it.",
                        verbose_name="taken without an answer",
                    ),
                ),
                ("broken_at", models.DateTimeField(blank=True, null=True, verbose_name="no answer at")),
                (
                    "answered_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When a mail server accepted it or refused it for good.",
                        null=True,
                        verbose_name="answered at",
                    ),
                ),
                ("last_error", models.CharField(blank=True, max_length=300, verbose_name="last error")),
                (
                    "request_id",
                    models.CharField(
                        blank=True, default=hubs.vocabulary.request_ids.current, max_length=32, verbose_name="request"
                    ),
                ),
                (
                    "booking",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mails",
                        to="bookings.booking",
                        verbose_name="booking",
                    ),
                ),
                (
                    "invitation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mails",
                        to="bookings.invitation",
                        verbose_name="invitation to a group",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mails",
                        to="hubs.showcasesession",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mails",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="member of staff",
                    ),
                ),
                (
                    "visiting_teacher",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mails",
                        to="hubs.visitingteacher",
                        verbose_name="visiting teacher",
                    ),
                ),
                (
                    "wish",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mails",
                        to="bookings.tellme",
                    ),
                ),
                (
                    "visitor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mails",
                        to="bookings.visitor",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "outbox",
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")), fields=["-urgent", "due_at"], name="mail_due"
                    ),
                    models.Index(
                        condition=models.Q(("broken_at__isnull", False)), fields=["broken_at"], name="mail_broken"
                    ),
                    models.Index(fields=["recipient_key", "kind", "created_at"], name="mail_by_address"),
                    models.Index(fields=["state", "created_at"], name="mail_by_state"),
                    models.Index(
                        condition=models.Q(("booking", None), ("recipient__isnull", False)),
                        fields=["created_at"],
                        name="mail_to_forget",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["sent", "refused"]), _negated=True),
                            ("answered_at__isnull", False),
                            _connector="OR",
                        ),
                        name="mail_answered_at_a_time",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="interest",
            name="visitor",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="interest",
                to="bookings.visitor",
                verbose_name="visitor",
            ),
        ),
        migrations.CreateModel(
            name="HandOver",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_name", models.CharField(max_length=200, null=True, verbose_name="from")),
                ("from_email", models.EmailField(max_length=254, null=True, verbose_name="address")),
                ("from_contact", models.BooleanField(verbose_name="from the contact")),
                ("from_version", models.PositiveIntegerField(editable=False)),
                ("to_name", models.CharField(max_length=200, null=True, verbose_name="to")),
                ("to_email", models.EmailField(max_length=254, null=True, verbose_name="address")),
                ("at", models.DateTimeField(verbose_name="handed over at")),
                ("taken_at", models.DateTimeField(blank=True, null=True, verbose_name="taken at")),
                ("taken_back_at", models.DateTimeField(blank=True, null=True, verbose_name="taken back at")),
                (
                    "visitor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="hand_overs",
                        to="bookings.visitor",
                        verbose_name="visitor",
                    ),
                ),
            ],
            options={
                "verbose_name": "hand-over",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("taken_at", None), ("taken_back_at", None)),
                        fields=("visitor",),
                        name="one_open_hand_over",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Certificate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("link_version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "code",
                    models.CharField(
                        default=hubs.vocabulary.references.certificate_code,
                        editable=False,
                        max_length=10,
                        unique=True,
                        verbose_name="code",
                    ),
                ),
                ("full_name", models.CharField(blank=True, max_length=200, null=True, verbose_name="name")),
                ("issued_at", models.DateTimeField(verbose_name="issued at")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended at")),
                (
                    "host_school",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="certificates",
                        to="hubs.hostschool",
                        verbose_name="host school's visit",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="certificates",
                        to="hubs.showcasesession",
                        verbose_name="session",
                    ),
                ),
                (
                    "specialist",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="certificates",
                        to="hubs.masteryspecialist",
                        verbose_name="mastery specialist",
                    ),
                ),
                (
                    "teacher",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="certificates",
                        to="hubs.visitingteacher",
                        verbose_name="visiting teacher",
                    ),
                ),
                (
                    "visitor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="certificates",
                        to="bookings.visitor",
                        verbose_name="visitor",
                    ),
                ),
            ],
            options={
                "ordering": ["-issued_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("host_school", None),
                                ("session__isnull", False),
                                ("specialist", None),
                                ("teacher", None),
                            ),
                            models.Q(("host_school__isnull", False), ("session", None), ("visitor", None)),
                            _connector="OR",
                        ),
                        name="certificate_of_a_session_or_a_visit",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None), ("visitor__isnull", False)),
                        fields=("visitor",),
                        name="one_certificate_a_visitor",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None), ("teacher__isnull", False)),
                        fields=("host_school", "teacher"),
                        name="one_certificate_a_teacher",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None), ("specialist__isnull", False)),
                        fields=("host_school", "specialist"),
                        name="one_certificate_a_specialist",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Asked",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("link_version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "form",
                    models.CharField(
                        choices=[("day", "on the day"), ("later", "six school weeks later")],
                        max_length=5,
                        verbose_name="form",
                    ),
                ),
                ("voice", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("if_you_came", models.BooleanField(default=False, editable=False)),
                ("asked_at", models.DateTimeField(verbose_name="asked at")),
                ("mailed_at", models.DateTimeField(null=True, verbose_name="written to at")),
                ("reminded_at", models.DateTimeField(null=True, verbose_name="reminded at")),
                ("closes_at", models.DateTimeField(verbose_name="answers until")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="answered at")),
                ("stopped", models.BooleanField(default=False, editable=False)),
                (
                    "hub_year",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.hubyear",
                        verbose_name="hub in a year",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="asked",
                        to="hubs.showcasesession",
                        verbose_name="session",
                    ),
                ),
                (
                    "visitor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="asked",
                        to="bookings.visitor",
                        verbose_name="visitor",
                    ),
                ),
            ],
            options={
                "verbose_name": "asked for feedback",
                "verbose_name_plural": "asked for feedback",
                "indexes": [
                    models.Index(fields=["hub_year", "form"], name="asked_of_a_hub"),
                    models.Index(fields=["voice"], name="asked_by_voice"),
                    models.Index(
                        condition=models.Q(("visitor__isnull", False)), fields=["form", "closes_at"], name="asked_tied"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("visitor", "form"), name="asked_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("form", "day"), ("session__isnull", False)),
                            models.Q(("form", "later"), ("session", None)),
                            _connector="OR",
                        ),
                        name="asked_of_a_lesson_or_of_all",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AddressChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("link_version", models.PositiveIntegerField(default=1, editable=False)),
                ("email", models.EmailField(max_length=254, null=True, verbose_name="new address")),
                ("from_version", models.PositiveIntegerField(editable=False)),
                ("asked_at", models.DateTimeField(verbose_name="asked for at")),
                ("pressed_at", models.DateTimeField(blank=True, null=True, verbose_name="pressed at")),
                (
                    "booking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="address_changes",
                        to="bookings.booking",
                        verbose_name="booking",
                    ),
                ),
                (
                    "visitor",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="address_change",
                        to="bookings.visitor",
                        verbose_name="visitor",
                    ),
                ),
            ],
            options={
                "verbose_name": "new address",
                "verbose_name_plural": "new addresses",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("visitor", None)), fields=("booking",), name="one_new_address_a_contact"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="WideChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("message", models.CharField(blank=True, max_length=1000, verbose_name="message")),
                (
                    "verb",
                    models.CharField(
                        choices=bookings.models.change.wide_verb_choices, max_length=20, verbose_name="what"
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="asked at")),
                (
                    "host_school",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.hostschool",
                        verbose_name="host school's visit",
                    ),
                ),
                (
                    "hub_year",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.hubyear",
                        verbose_name="hub in a year",
                    ),
                ),
                (
                    "instead",
                    models.ManyToManyField(
                        blank=True, related_name="+", to="hubs.showcasesession", verbose_name="sessions offered instead"
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
            ],
            options={
                "verbose_name": "change of several sessions",
                "verbose_name_plural": "changes of several sessions",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("host_school__isnull", False), ("hub_year", None)),
                            models.Q(("host_school", None), ("hub_year__isnull", False)),
                            _connector="OR",
                        ),
                        name="wide_change_is_of_one_thing",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="WideStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="done at")),
                ("refused", models.CharField(blank=True, max_length=300, verbose_name="not done because")),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.showcasesession",
                        verbose_name="session",
                    ),
                ),
                (
                    "wide",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="bookings.widechange",
                        verbose_name="change",
                    ),
                ),
            ],
            options={
                "verbose_name": "session of a change",
                "verbose_name_plural": "sessions of a change",
                "ordering": ["pk"],
                "indexes": [models.Index(condition=models.Q(("done_at", None)), fields=["id"], name="wide_step_to_do")],
                "constraints": [models.UniqueConstraint(fields=("wide", "session"), name="each_session_once_a_change")],
            },
        ),
    ]
