import datetime
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import hubs.models.hub
import hubs.models.lesson
import hubs.models.school
import hubs.models.stored_file
import hubs.vocabulary.files
import hubs.vocabulary.flags
import hubs.vocabulary.references
import hubs.vocabulary.teaching
import simple_history.models
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="Exchange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "year",
                    models.PositiveSmallIntegerField(
                        help_text="The year it starts in: 2018 for 2018–19.",
                        unique=True,
                        validators=[
                            django.core.validators.MinValueValidator(2000),
                            django.core.validators.MaxValueValidator(2999),
                        ],
                        verbose_name="academic year",
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "reporting_date",
                    models.DateField(
                        blank=True,
                        help_text="Names are kept at least until this day.",
                        null=True,
                        verbose_name="reporting date",
                    ),
                ),
                ("medians", models.JSONField(default=dict, editable=False)),
            ],
            options={
                "ordering": ["-year"],
            },
        ),
        migrations.CreateModel(
            name="LocalAuthority",
            fields=[
                ("code", models.CharField(max_length=3, primary_key=True, serialize=False, verbose_name="code")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
            ],
            options={
                "verbose_name_plural": "local authorities",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="StoredFile",
            fields=[
                ("name", models.CharField(max_length=80, primary_key=True, serialize=False, verbose_name="name")),
                ("size", models.PositiveIntegerField(verbose_name="size")),
                ("stored_at", models.DateTimeField(auto_now=True, verbose_name="stored at")),
            ],
        ),
        migrations.CreateModel(
            name="StaffUser",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("email", models.EmailField(max_length=254, unique=True, verbose_name="email address")),
                ("full_name", models.CharField(max_length=200, verbose_name="full name")),
                ("is_active", models.BooleanField(default=True, verbose_name="may sign in")),
                (
                    "is_programme_office",
                    models.BooleanField(
                        default=False,
                        help_text="Sees every hub's sessions and counts, and nobody's name.",
                        verbose_name="programme office",
                    ),
                ),
                (
                    "date_joined",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="added"),
                ),
                ("forgotten_at", models.DateTimeField(editable=False, null=True, verbose_name="name deleted at")),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "member of staff",
                "verbose_name_plural": "staff",
                "ordering": ["full_name"],
            },
        ),
        migrations.CreateModel(
            name="HistoricalHub",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "slug",
                    models.SlugField(help_text="The last part of the hub's page's address.", verbose_name="address"),
                ),
                (
                    "hold_until",
                    models.TimeField(
                        default=datetime.time(18, 0),
                        help_text="On the next school day, while people confirm.",
                        verbose_name="places are kept until",
                    ),
                ),
                (
                    "offer_hours",
                    models.PositiveSmallIntegerField(
                        default=10,
                        help_text="School hours: Monday to Friday, 8:00 to 18:00.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="hours an offer stands",
                    ),
                ),
                (
                    "share",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        default=2,
                        help_text="Empty: no limit.",
                        null=True,
                        verbose_name="places each school may take",
                    ),
                ),
                (
                    "share_for_good",
                    models.BooleanField(
                        default=False,
                        help_text="Not lifted five school days before, as it is otherwise.",
                        verbose_name="for good",
                    ),
                ),
                (
                    "retention_months",
                    models.PositiveSmallIntegerField(default=12, verbose_name="months that names are kept"),
                ),
                (
                    "data_contact",
                    models.EmailField(blank=True, max_length=254, verbose_name="address for questions about data"),
                ),
                (
                    "in_the_classroom",
                    models.TextField(
                        blank=True,
                        help_text="Stands on the sheet that visitors bring, one line a point. Empty: our own words.",
                        verbose_name="how to behave in a classroom",
                    ),
                ),
                (
                    "embed_origins",
                    models.TextField(
                        blank=True,
                        help_text="One a line, such as https://www.kentmathshub.example. Nothing after the name.",
                        validators=[hubs.models.hub.check_origins],
                        verbose_name="sites that may show the hub's list",
                    ),
                ),
                (
                    "second_factor_required",
                    models.BooleanField(
                        default=False,
                        help_text="Whoever belongs to this hub signs in with a code from a phone besides the password.",
                        verbose_name="staff need a second factor",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical hub",
                "verbose_name_plural": "historical hubs",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Hub",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "slug",
                    models.SlugField(
                        help_text="The last part of the hub's page's address.", unique=True, verbose_name="address"
                    ),
                ),
                (
                    "hold_until",
                    models.TimeField(
                        default=datetime.time(18, 0),
                        help_text="On the next school day, while people confirm.",
                        verbose_name="places are kept until",
                    ),
                ),
                (
                    "offer_hours",
                    models.PositiveSmallIntegerField(
                        default=10,
                        help_text="School hours: Monday to Friday, 8:00 to 18:00.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="hours an offer stands",
                    ),
                ),
                (
                    "share",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        default=2,
                        help_text="Empty: no limit.",
                        null=True,
                        verbose_name="places each school may take",
                    ),
                ),
                (
                    "share_for_good",
                    models.BooleanField(
                        default=False,
                        help_text="Not lifted five school days before, as it is otherwise.",
                        verbose_name="for good",
                    ),
                ),
                (
                    "retention_months",
                    models.PositiveSmallIntegerField(default=12, verbose_name="months that names are kept"),
                ),
                (
                    "data_contact",
                    models.EmailField(blank=True, max_length=254, verbose_name="address for questions about data"),
                ),
                (
                    "in_the_classroom",
                    models.TextField(
                        blank=True,
                        help_text="Stands on the sheet that visitors bring, one line a point. Empty: our own words.",
                        verbose_name="how to behave in a classroom",
                    ),
                ),
                (
                    "embed_origins",
                    models.TextField(
                        blank=True,
                        help_text="One a line, such as https://www.kentmathshub.example. Nothing after the name.",
                        validators=[hubs.models.hub.check_origins],
                        verbose_name="sites that may show the hub's list",
                    ),
                ),
                (
                    "second_factor_required",
                    models.BooleanField(
                        default=False,
                        help_text="Whoever belongs to this hub signs in with a code from a phone besides the password.",
                        verbose_name="staff need a second factor",
                    ),
                ),
            ],
            options={
                "ordering": ["slug"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("offer_hours__gte", 1)), name="hub_offer_stands_an_hour"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("share", None), ("share__gte", 1), _connector="OR"),
                        name="hub_share_is_a_place",
                        violation_error_message="Give each school at least one place, or leave this empty.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalNotice",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("text", models.CharField(max_length=300, verbose_name="sentence")),
                ("text_zh", models.CharField(blank=True, max_length=300, verbose_name="sentence in Chinese")),
                ("link", models.URLField(blank=True, verbose_name="link")),
                ("from_at", models.DateTimeField(verbose_name="from")),
                ("until_at", models.DateTimeField(db_index=True, verbose_name="until")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "hub",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="Empty: shown everywhere.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="hubs.hub",
                        verbose_name="hub",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical notice",
                "verbose_name_plural": "historical notices",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HubYear",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    models.CharField(help_text="Such as Kent & Medway Maths Hub.", max_length=100, verbose_name="name"),
                ),
                (
                    "programme_name",
                    models.CharField(
                        blank=True,
                        help_text="Such as Shanghai Live 2019.",
                        max_length=100,
                        verbose_name="what the hub calls its sessions",
                    ),
                ),
                ("partners", models.TextField(blank=True, help_text="One a line.", verbose_name="strategic partners")),
                (
                    "about",
                    models.TextField(blank=True, help_text="A paragraph for the hub's page.", verbose_name="about"),
                ),
                ("about_zh", models.TextField(blank=True, verbose_name="about, in Chinese")),
                ("contact_name", models.CharField(blank=True, max_length=100, verbose_name="contact")),
                ("contact_email", models.EmailField(blank=True, max_length=254, verbose_name="contact's email")),
                ("contact_phone", models.CharField(blank=True, max_length=30, verbose_name="contact's telephone")),
                (
                    "tells_of_groups",
                    models.BooleanField(
                        default=False,
                        help_text="Its page then says that nearby schools watch each other’s lessons in groups, and whom to ask.",
                        verbose_name="say that there are groups",
                    ),
                ),
                (
                    "cover_day_pence",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="What the hub reckons with in its report.",
                        null=True,
                        verbose_name="a day's cover, in pence",
                    ),
                ),
                ("shows", models.JSONField(blank=True, default=list, editable=False)),
                ("ended_at", models.DateTimeField(editable=False, null=True)),
                ("forgotten_at", models.DateTimeField(editable=False, null=True)),
                (
                    "exchange",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hub_years",
                        to="hubs.exchange",
                        verbose_name="exchange",
                    ),
                ),
                (
                    "hub",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="years",
                        to="hubs.hub",
                        verbose_name="hub",
                    ),
                ),
                ("area", models.ManyToManyField(blank=True, to="hubs.localauthority", verbose_name="area")),
            ],
            options={
                "verbose_name": "hub in a year",
                "verbose_name_plural": "hubs by year",
                "ordering": ["-exchange__year", "name"],
            },
        ),
        migrations.CreateModel(
            name="HistoricalVisitingTeacher",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("link_version", models.PositiveIntegerField(default=1, editable=False)),
                ("name_pinyin", models.CharField(max_length=100, verbose_name="name in pinyin")),
                ("name_characters", models.CharField(blank=True, max_length=50, verbose_name="name in characters")),
                ("home_school", models.CharField(blank=True, max_length=200, verbose_name="home school")),
                (
                    "phase",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "not applicable"),
                            (1, "nursery"),
                            (2, "primary"),
                            (3, "middle deemed primary"),
                            (4, "secondary"),
                            (5, "middle deemed secondary"),
                            (6, "16 plus"),
                            (7, "all through"),
                        ],
                        default=2,
                        verbose_name="phase",
                    ),
                ),
                ("name_agreed_at", models.DateTimeField(blank=True, null=True, verbose_name="agreed to be named")),
                ("photo_agreed_at", models.DateTimeField(blank=True, null=True, verbose_name="agreed to photographs")),
                ("film_agreed_at", models.DateTimeField(blank=True, null=True, verbose_name="agreed to be filmed")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "hub_year",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="hubs.hubyear",
                        verbose_name="hub in a year",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical visiting teacher",
                "verbose_name_plural": "historical visiting teachers",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalRemark",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "section",
                    models.CharField(
                        choices=[
                            ("places", "places"),
                            ("who", "who came"),
                            ("filled", "how it filled"),
                            ("reach", "reach"),
                            ("said", "what they said"),
                            ("cost", "cost"),
                            ("groups", "groups"),
                        ],
                        max_length=10,
                        verbose_name="heading",
                    ),
                ),
                ("text", models.CharField(max_length=500, verbose_name="what the hub writes")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "hub_year",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="hubs.hubyear",
                        verbose_name="hub in a year",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical remark in the report",
                "verbose_name_plural": "historical remarks in the report",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="OldHubAddress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(unique=True, verbose_name="address")),
                (
                    "hub",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="old_addresses",
                        to="hubs.hub",
                        verbose_name="hub",
                    ),
                ),
            ],
            options={
                "verbose_name": "old address of a hub",
                "verbose_name_plural": "old addresses of hubs",
            },
        ),
        migrations.CreateModel(
            name="School",
            fields=[
                ("urn", models.PositiveIntegerField(primary_key=True, serialize=False, verbose_name="URN")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("type_name", models.CharField(blank=True, max_length=100, verbose_name="type")),
                (
                    "status",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "open"), (2, "closed"), (3, "open, proposed to close"), (4, "proposed to open")],
                        default=1,
                        verbose_name="status",
                    ),
                ),
                ("opened", models.DateField(blank=True, null=True, verbose_name="opened")),
                ("closed", models.DateField(blank=True, null=True, verbose_name="closed")),
                (
                    "phase",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "not applicable"),
                            (1, "nursery"),
                            (2, "primary"),
                            (3, "middle deemed primary"),
                            (4, "secondary"),
                            (5, "middle deemed secondary"),
                            (6, "16 plus"),
                            (7, "all through"),
                        ],
                        default=0,
                        verbose_name="phase",
                    ),
                ),
                ("low_age", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="lowest age")),
                ("high_age", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="highest age")),
                ("town", models.CharField(blank=True, max_length=100, verbose_name="town")),
                ("postcode", models.CharField(blank=True, max_length=8, verbose_name="postcode")),
                ("easting", models.PositiveIntegerField(blank=True, null=True, verbose_name="easting")),
                ("northing", models.PositiveIntegerField(blank=True, null=True, verbose_name="northing")),
                ("pupils", models.PositiveIntegerField(blank=True, null=True, verbose_name="pupils")),
                (
                    "free_meals",
                    models.DecimalField(
                        blank=True,
                        decimal_places=1,
                        max_digits=4,
                        null=True,
                        verbose_name="eligible for free school meals, in per cent",
                    ),
                ),
                ("search", models.TextField(default="", editable=False)),
                (
                    "local_authority",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="hubs.localauthority",
                        verbose_name="local authority",
                    ),
                ),
                (
                    "successor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="hubs.school",
                        verbose_name="successor",
                    ),
                ),
            ],
            options={
                "ordering": ["name", "town"],
                "indexes": [
                    models.Index(fields=["easting", "northing"], name="school_place"),
                    models.Index(fields=["postcode"], name="school_postcode"),
                ],
            },
        ),
        migrations.CreateModel(
            name="MasterySpecialist",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("full_name", models.CharField(max_length=200, verbose_name="full name")),
                (
                    "email",
                    models.EmailField(
                        blank=True,
                        help_text="Told of every change of their sessions. Shown to staff alone.",
                        max_length=254,
                        verbose_name="email address",
                    ),
                ),
                (
                    "mobile",
                    models.CharField(
                        blank=True,
                        help_text="Only rung if something changes. Shown to staff alone.",
                        max_length=30,
                        verbose_name="mobile number",
                    ),
                ),
                (
                    "hub_year",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="specialists",
                        to="hubs.hubyear",
                        verbose_name="hub in a year",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="hubs.school",
                        verbose_name="school",
                    ),
                ),
            ],
            options={
                "ordering": ["full_name"],
            },
        ),
        migrations.AddField(
            model_name="hubyear",
            name="lead_school",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="hubs.school",
                verbose_name="lead school",
            ),
        ),
        migrations.CreateModel(
            name="HostSchool",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "is_draft",
                    models.BooleanField(
                        default=False,
                        help_text="Nobody but the hub's staff sees it, until it or a session of it is announced.",
                        verbose_name="draft",
                    ),
                ),
                (
                    "phase",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "not applicable"),
                            (1, "nursery"),
                            (2, "primary"),
                            (3, "middle deemed primary"),
                            (4, "secondary"),
                            (5, "middle deemed secondary"),
                            (6, "16 plus"),
                            (7, "all through"),
                        ],
                        default=2,
                        verbose_name="phase",
                    ),
                ),
                ("first_day", models.DateField(blank=True, null=True, verbose_name="first day")),
                (
                    "last_day",
                    models.DateField(
                        blank=True, help_text="A month is its first and last day.", null=True, verbose_name="last day"
                    ),
                ),
                (
                    "joining_instructions",
                    models.TextField(
                        blank=True,
                        help_text="For everyone with a place at any session of this visit.",
                        verbose_name="joining instructions",
                    ),
                ),
                (
                    "office_email",
                    models.EmailField(
                        blank=True,
                        help_text="Gets the register of each session here: the office must sign every visitor in.",
                        max_length=254,
                        verbose_name="school office's email",
                    ),
                ),
                (
                    "visitors_reported",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="For the whole visit, where no register was kept.",
                        null=True,
                        verbose_name="visitors reported",
                    ),
                ),
                (
                    "reported_source",
                    models.CharField(
                        blank=True,
                        help_text="Shown on the hub's page: no person's name.",
                        max_length=200,
                        verbose_name="who reported it",
                    ),
                ),
                (
                    "hub_year",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="host_schools",
                        to="hubs.hubyear",
                        verbose_name="hub in a year",
                    ),
                ),
                (
                    "specialists",
                    models.ManyToManyField(blank=True, to="hubs.masteryspecialist", verbose_name="mastery specialists"),
                ),
                (
                    "school",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: to be announced.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="hubs.school",
                        verbose_name="school",
                    ),
                ),
            ],
            options={
                "verbose_name": "host school",
                "ordering": ["-first_day"],
            },
        ),
        migrations.CreateModel(
            name="HistoricalWorkGroup",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "name",
                    models.CharField(
                        help_text="As the hub says it: Maidstone work group, TRG 3.",
                        max_length=100,
                        verbose_name="name",
                    ),
                ),
                (
                    "phase",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "not applicable"),
                            (1, "nursery"),
                            (2, "primary"),
                            (3, "middle deemed primary"),
                            (4, "secondary"),
                            (5, "middle deemed secondary"),
                            (6, "16 plus"),
                            (7, "all through"),
                        ],
                        default=2,
                        verbose_name="phase",
                    ),
                ),
                (
                    "schools_wanted",
                    models.PositiveSmallIntegerField(
                        default=6, validators=[django.core.validators.MinValueValidator(1)], verbose_name="schools"
                    ),
                ),
                (
                    "teachers_each",
                    models.PositiveSmallIntegerField(
                        default=2,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="teachers of each school",
                    ),
                ),
                (
                    "cover_days",
                    models.DecimalField(
                        blank=True,
                        decimal_places=1,
                        max_digits=4,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="days of cover for each teacher",
                    ),
                ),
                (
                    "hub_pays",
                    models.CharField(
                        blank=True,
                        help_text="Such as: £190 a day of cover.",
                        max_length=200,
                        verbose_name="what the hub pays",
                    ),
                ),
                (
                    "about",
                    models.TextField(
                        blank=True, help_text="What schools are told when they are invited.", verbose_name="about"
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "hub_year",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="hubs.hubyear",
                        verbose_name="hub in a year",
                    ),
                ),
                (
                    "specialist",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="hubs.masteryspecialist",
                        verbose_name="mastery specialist",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="hubs.school",
                        verbose_name="the specialist's school",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical work group",
                "verbose_name_plural": "historical work groups",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalHubYear",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "name",
                    models.CharField(help_text="Such as Kent & Medway Maths Hub.", max_length=100, verbose_name="name"),
                ),
                (
                    "programme_name",
                    models.CharField(
                        blank=True,
                        help_text="Such as Shanghai Live 2019.",
                        max_length=100,
                        verbose_name="what the hub calls its sessions",
                    ),
                ),
                ("partners", models.TextField(blank=True, help_text="One a line.", verbose_name="strategic partners")),
                (
                    "about",
                    models.TextField(blank=True, help_text="A paragraph for the hub's page.", verbose_name="about"),
                ),
                ("about_zh", models.TextField(blank=True, verbose_name="about, in Chinese")),
                ("contact_name", models.CharField(blank=True, max_length=100, verbose_name="contact")),
                ("contact_email", models.EmailField(blank=True, max_length=254, verbose_name="contact's email")),
                ("contact_phone", models.CharField(blank=True, max_length=30, verbose_name="contact's telephone")),
                (
                    "tells_of_groups",
                    models.BooleanField(
                        default=False,
                        help_text="Its page then says that nearby schools watch each other’s lessons in groups, and whom to ask.",
                        verbose_name="say that there are groups",
                    ),
                ),
                (
                    "cover_day_pence",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="What the hub reckons with in its report.",
                        null=True,
                        verbose_name="a day's cover, in pence",
                    ),
                ),
                ("shows", models.JSONField(blank=True, default=list, editable=False)),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "exchange",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="hubs.exchange",
                        verbose_name="exchange",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "hub",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="hubs.hub",
                        verbose_name="hub",
                    ),
                ),
                (
                    "lead_school",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="hubs.school",
                        verbose_name="lead school",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical hub in a year",
                "verbose_name_plural": "historical hubs by year",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalHostSchool",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "is_draft",
                    models.BooleanField(
                        default=False,
                        help_text="Nobody but the hub's staff sees it, until it or a session of it is announced.",
                        verbose_name="draft",
                    ),
                ),
                (
                    "phase",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "not applicable"),
                            (1, "nursery"),
                            (2, "primary"),
                            (3, "middle deemed primary"),
                            (4, "secondary"),
                            (5, "middle deemed secondary"),
                            (6, "16 plus"),
                            (7, "all through"),
                        ],
                        default=2,
                        verbose_name="phase",
                    ),
                ),
                ("first_day", models.DateField(blank=True, null=True, verbose_name="first day")),
                (
                    "last_day",
                    models.DateField(
                        blank=True, help_text="A month is its first and last day.", null=True, verbose_name="last day"
                    ),
                ),
                (
                    "joining_instructions",
                    models.TextField(
                        blank=True,
                        help_text="For everyone with a place at any session of this visit.",
                        verbose_name="joining instructions",
                    ),
                ),
                (
                    "office_email",
                    models.EmailField(
                        blank=True,
                        help_text="Gets the register of each session here: the office must sign every visitor in.",
                        max_length=254,
                        verbose_name="school office's email",
                    ),
                ),
                (
                    "visitors_reported",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="For the whole visit, where no register was kept.",
                        null=True,
                        verbose_name="visitors reported",
                    ),
                ),
                (
                    "reported_source",
                    models.CharField(
                        blank=True,
                        help_text="Shown on the hub's page: no person's name.",
                        max_length=200,
                        verbose_name="who reported it",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "hub_year",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="hubs.hubyear",
                        verbose_name="hub in a year",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="Empty: to be announced.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="hubs.school",
                        verbose_name="school",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical host school",
                "verbose_name_plural": "historical host schools",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="SchoolList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "code",
                    models.CharField(
                        blank=True,
                        help_text="For schools that are not in the register. May be empty.",
                        max_length=30,
                        verbose_name="code",
                    ),
                ),
                (
                    "hub",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="school_lists",
                        to="hubs.hub",
                        verbose_name="hub",
                    ),
                ),
                ("schools", models.ManyToManyField(blank=True, to="hubs.school", verbose_name="schools")),
            ],
            options={
                "verbose_name": "list of schools",
                "verbose_name_plural": "lists of schools",
                "ordering": ["name"],
                "constraints": [models.UniqueConstraint(fields=("hub", "name"), name="one_list_a_name")],
            },
        ),
        migrations.CreateModel(
            name="SchoolWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("word", hubs.models.school.WordField(max_length=30, verbose_name="word")),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="words",
                        to="hubs.school",
                        verbose_name="school",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("word", "school"), name="a_word_of_a_school_once")],
            },
        ),
        migrations.CreateModel(
            name="ShowcaseSession",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "place_name",
                    models.CharField(
                        blank=True, help_text="Where it is no school.", max_length=150, verbose_name="place"
                    ),
                ),
                ("place_address", models.CharField(blank=True, max_length=200, verbose_name="address")),
                ("place_town", models.CharField(blank=True, max_length=100, verbose_name="town")),
                ("place_postcode", models.CharField(blank=True, max_length=8, verbose_name="postcode")),
                ("easting", models.PositiveIntegerField(blank=True, editable=False, null=True, verbose_name="easting")),
                (
                    "northing",
                    models.PositiveIntegerField(blank=True, editable=False, null=True, verbose_name="northing"),
                ),
                (
                    "step_free",
                    models.CharField(
                        blank=True,
                        choices=[("", "not known"), ("yes", "yes"), ("partly", "partly"), ("no", "no")],
                        default="",
                        max_length=6,
                        verbose_name="step-free access",
                    ),
                ),
                (
                    "step_free_note",
                    models.CharField(blank=True, max_length=200, verbose_name="step-free access, in words"),
                ),
                (
                    "accessible_toilet",
                    models.CharField(
                        blank=True,
                        choices=[("", "not known"), ("yes", "yes"), ("partly", "partly"), ("no", "no")],
                        default="",
                        max_length=6,
                        verbose_name="accessible toilet",
                    ),
                ),
                (
                    "accessible_toilet_note",
                    models.CharField(blank=True, max_length=200, verbose_name="accessible toilet, in words"),
                ),
                (
                    "kept_bay",
                    models.CharField(
                        blank=True,
                        choices=[("", "not known"), ("yes", "yes"), ("partly", "partly"), ("no", "no")],
                        default="",
                        max_length=6,
                        verbose_name="reserved parking bay",
                    ),
                ),
                (
                    "kept_bay_note",
                    models.CharField(blank=True, max_length=200, verbose_name="reserved parking bay, in words"),
                ),
                (
                    "hearing_loop",
                    models.CharField(
                        blank=True,
                        choices=[("", "not known"), ("yes", "yes"), ("partly", "partly"), ("no", "no")],
                        default="",
                        max_length=6,
                        verbose_name="hearing loop",
                    ),
                ),
                (
                    "hearing_loop_note",
                    models.CharField(blank=True, max_length=200, verbose_name="hearing loop, in words"),
                ),
                (
                    "ref",
                    models.CharField(
                        default=hubs.vocabulary.references.session_ref,
                        editable=False,
                        max_length=6,
                        unique=True,
                        verbose_name="reference",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("showcase", "Showcase lesson"),
                            ("open_classroom", "Open classroom"),
                            ("master_class", "Master class"),
                            ("workshop", "Workshop"),
                            ("talk", "Talk"),
                            ("meeting", "Work group meeting"),
                        ],
                        default="showcase",
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                (
                    "visibility",
                    models.CharField(
                        choices=[("public", "public"), ("link", "only by its link"), ("staff", "staff only")],
                        default="public",
                        max_length=10,
                        verbose_name="who can see it",
                    ),
                ),
                (
                    "title",
                    models.CharField(
                        blank=True, help_text="Empty: named from its lessons.", max_length=150, verbose_name="title"
                    ),
                ),
                ("title_zh", models.CharField(blank=True, max_length=150, verbose_name="title in Chinese")),
                ("about", models.TextField(blank=True, verbose_name="about")),
                ("about_zh", models.TextField(blank=True, verbose_name="about, in Chinese")),
                ("taught", models.JSONField(blank=True, default=list, editable=False)),
                ("starts_at", models.DateTimeField(blank=True, null=True, verbose_name="starts")),
                ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="ends")),
                ("arrival_at", models.DateTimeField(blank=True, null=True, verbose_name="arrival from")),
                (
                    "first_day",
                    models.DateField(
                        blank=True,
                        help_text="Before there is a date: it will fall on this day or later.",
                        null=True,
                        verbose_name="first day",
                    ),
                ),
                ("last_day", models.DateField(blank=True, null=True, verbose_name="last day")),
                (
                    "suits_years",
                    hubs.vocabulary.flags.FlagField(
                        blank=True, default=0, flag=hubs.vocabulary.teaching.Years, verbose_name="suits years"
                    ),
                ),
                (
                    "suits_roles",
                    hubs.vocabulary.flags.FlagField(
                        blank=True, default=0, flag=hubs.vocabulary.teaching.Roles, verbose_name="suits roles"
                    ),
                ),
                (
                    "suits_note",
                    models.CharField(blank=True, max_length=200, verbose_name="who it suits, in a sentence"),
                ),
                ("parking", models.CharField(blank=True, max_length=200, verbose_name="parking")),
                ("refreshments", models.CharField(blank=True, max_length=200, verbose_name="refreshments")),
                (
                    "bring",
                    models.CharField(
                        blank=True,
                        help_text="Such as: photo ID or school badge.",
                        max_length=200,
                        verbose_name="what to bring",
                    ),
                ),
                ("filming", models.CharField(blank=True, max_length=200, verbose_name="filming")),
                ("interpreter", models.CharField(blank=True, max_length=200, verbose_name="interpreter")),
                (
                    "contact",
                    models.CharField(
                        blank=True, help_text="Empty: the hub's contact.", max_length=200, verbose_name="who to ask"
                    ),
                ),
                (
                    "cost_pence",
                    models.PositiveIntegerField(
                        default=0, help_text="0 is free.", verbose_name="cost per visitor in pence"
                    ),
                ),
                (
                    "absence_charge_pence",
                    models.PositiveIntegerField(default=0, verbose_name="charge for not coming, in pence"),
                ),
                ("absence_notice", models.CharField(blank=True, max_length=100, verbose_name="notice to avoid it")),
                ("entrance", models.CharField(blank=True, max_length=200, verbose_name="entrance")),
                ("office_phone", models.CharField(blank=True, max_length=30, verbose_name="school office's telephone")),
                (
                    "office_email",
                    models.EmailField(
                        blank=True,
                        help_text="Gets the register. Empty: as the host school's visit has it.",
                        max_length=254,
                        verbose_name="school office's email",
                    ),
                ),
                ("day_contact", models.CharField(blank=True, max_length=200, verbose_name="contact on the day")),
                ("joining_instructions", models.TextField(blank=True, verbose_name="joining instructions")),
                ("opens_at", models.DateTimeField(blank=True, null=True, verbose_name="booking opens")),
                ("closes_at", models.DateTimeField(blank=True, null=True, verbose_name="booking closes")),
                ("waiting_closes_at", models.DateTimeField(blank=True, null=True, verbose_name="waiting list ends")),
                ("release_at", models.DateTimeField(blank=True, null=True, verbose_name="held-back places come free")),
                (
                    "share",
                    models.PositiveSmallIntegerField(
                        blank=True, help_text="Empty: no limit.", null=True, verbose_name="places each school may take"
                    ),
                ),
                ("share_until", models.DateTimeField(blank=True, null=True, verbose_name="until")),
                (
                    "share_for_good",
                    models.BooleanField(
                        default=False,
                        help_text="The limit stays until the session: there is no “until”.",
                        verbose_name="for good",
                    ),
                ),
                (
                    "who_may_book",
                    models.CharField(
                        choices=[
                            ("everyone", "everyone"),
                            ("authorities", "schools of some local authorities"),
                            ("list", "schools of a list"),
                        ],
                        default="everyone",
                        max_length=12,
                        verbose_name="who may book",
                    ),
                ),
                (
                    "open_to_everyone_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="open to everyone from"),
                ),
                (
                    "booked_elsewhere",
                    models.CharField(
                        blank=True,
                        help_text="A sentence that says how; then it never opens here.",
                        max_length=200,
                        verbose_name="booked elsewhere",
                    ),
                ),
                ("booked_elsewhere_url", models.URLField(blank=True, verbose_name="address to book at")),
                (
                    "visitors_reported",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="visitors reported"),
                ),
                (
                    "schools_reported",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="schools reported"),
                ),
                ("reported_source", models.CharField(blank=True, max_length=200, verbose_name="who reported it")),
                (
                    "also_run_by",
                    models.ManyToManyField(blank=True, related_name="+", to="hubs.hubyear", verbose_name="also run by"),
                ),
                (
                    "host_school",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sessions",
                        to="hubs.hostschool",
                        verbose_name="host school's visit",
                    ),
                ),
                (
                    "hub_year",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sessions",
                        to="hubs.hubyear",
                        verbose_name="hub in a year",
                    ),
                ),
                (
                    "only_authorities",
                    models.ManyToManyField(blank=True, to="hubs.localauthority", verbose_name="local authorities"),
                ),
                (
                    "only_list",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.schoollist",
                        verbose_name="list of schools",
                    ),
                ),
                (
                    "venue",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: the host school, or the place named below.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.school",
                        verbose_name="at the school",
                    ),
                ),
            ],
            options={
                "verbose_name": "session",
                "ordering": [
                    models.OrderBy(models.F("first_day"), nulls_last=True),
                    models.OrderBy(models.F("starts_at"), nulls_last=True),
                    "pk",
                ],
            },
        ),
        migrations.CreateModel(
            name="Resource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "pupils",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("none", "no pupil can be recognised"),
                            ("agreed", "parents agreed, until the day below"),
                        ],
                        help_text="Without one of them it is not published.",
                        max_length=10,
                        verbose_name="pupils",
                    ),
                ),
                (
                    "agreed_until",
                    models.DateField(
                        blank=True,
                        db_index=True,
                        help_text="On this day it is no longer published.",
                        null=True,
                        verbose_name="agreed until",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("reading", "to read before"), ("material", "material afterwards")],
                        default="reading",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("title", models.CharField(max_length=150, verbose_name="title")),
                ("url", models.URLField(blank=True, verbose_name="address")),
                (
                    "file",
                    models.FileField(
                        blank=True,
                        help_text="At most 10 MB.",
                        upload_to="",
                        validators=[hubs.vocabulary.files.check],
                        verbose_name="file",
                    ),
                ),
                ("only_with_a_place", models.BooleanField(default=False, verbose_name="only for people with a place")),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="resources", to="hubs.showcasesession"
                    ),
                ),
            ],
            options={
                "verbose_name": "reading or material",
                "verbose_name_plural": "readings and materials",
                "ordering": ["kind", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agreed_until__isnull", False), ("pupils", "agreed")),
                            models.Q(models.Q(("pupils", "agreed"), _negated=True), ("agreed_until__isnull", True)),
                            _connector="OR",
                        ),
                        name="resource_agreed_until_a_day",
                        violation_error_message="Say until when the parents agreed; without their agreement leave it empty.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("url", ""), ("file", ""), _connector="XOR"),
                        name="resource_is_file_or_address",
                        violation_error_message="Give a file or an address, one of them.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProgrammeSegment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField(default=1, verbose_name="order")),
                ("starts", models.TimeField(blank=True, null=True, verbose_name="starts")),
                ("ends", models.TimeField(blank=True, null=True, verbose_name="ends")),
                ("text", models.CharField(max_length=150, verbose_name="what happens")),
                ("place", models.CharField(blank=True, max_length=100, verbose_name="where in the building")),
                (
                    "is_lesson",
                    models.BooleanField(
                        default=False, help_text="Stands out in the programme.", verbose_name="a lesson"
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="programme", to="hubs.showcasesession"
                    ),
                ),
            ],
            options={
                "verbose_name": "line of the programme",
                "verbose_name_plural": "programme",
                "ordering": ["position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="HistoricalLesson",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "position",
                    models.PositiveSmallIntegerField(
                        default=1, validators=[django.core.validators.MaxValueValidator(4)], verbose_name="order"
                    ),
                ),
                ("starts", models.TimeField(blank=True, null=True, verbose_name="starts")),
                ("ends", models.TimeField(blank=True, null=True, verbose_name="ends")),
                (
                    "years",
                    hubs.vocabulary.flags.FlagField(
                        blank=True, default=0, flag=hubs.vocabulary.teaching.Years, verbose_name="class"
                    ),
                ),
                ("topic", models.CharField(blank=True, max_length=150, verbose_name="topic")),
                (
                    "picture",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("bar", "Bar model"),
                            ("frames", "Ten frames"),
                            ("chart", "Place-value chart"),
                            ("fraction", "Fraction bar"),
                        ],
                        help_text="Shown large on the session's page. Empty: no picture.",
                        max_length=10,
                        verbose_name="picture of number",
                    ),
                ),
                (
                    "picture_of",
                    models.CharField(
                        blank=True,
                        help_text="A number sentence, with ? for what is not known: 52 − 37 = ?, 8 + 5 = 13, 7/8 − 3/8 = 4/8, 3,052.",
                        max_length=60,
                        verbose_name="what it shows",
                    ),
                ),
                (
                    "watch_for",
                    models.TextField(
                        blank=True,
                        help_text="Up to three lines, each a sentence. Shown with the lesson to whoever thinks of coming.",
                        validators=[hubs.models.lesson.few_short_lines],
                        verbose_name="what to watch for",
                    ),
                ),
                ("class_note", models.CharField(blank=True, max_length=150, verbose_name="note on the class")),
                ("other_teacher", models.CharField(blank=True, max_length=150, verbose_name="another teacher")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pupils_of",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="Empty: the school where it is. Another school is shown only to people with a place.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="hubs.school",
                        verbose_name="pupils of",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="hubs.showcasesession",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical lesson",
                "verbose_name_plural": "historical lessons",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="StoredPiece",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField(verbose_name="order")),
                ("content", models.BinaryField(verbose_name="content")),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="pieces", to="hubs.storedfile"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("file", "position"), name="one_piece_a_position")],
            },
        ),
        migrations.CreateModel(
            name="VisitingTeacher",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("link_version", models.PositiveIntegerField(default=1, editable=False)),
                ("name_pinyin", models.CharField(max_length=100, verbose_name="name in pinyin")),
                ("name_characters", models.CharField(blank=True, max_length=50, verbose_name="name in characters")),
                ("home_school", models.CharField(blank=True, max_length=200, verbose_name="home school")),
                (
                    "phase",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "not applicable"),
                            (1, "nursery"),
                            (2, "primary"),
                            (3, "middle deemed primary"),
                            (4, "secondary"),
                            (5, "middle deemed secondary"),
                            (6, "16 plus"),
                            (7, "all through"),
                        ],
                        default=2,
                        verbose_name="phase",
                    ),
                ),
                (
                    "email",
                    models.EmailField(
                        blank=True,
                        help_text="For their itinerary, and told of every change of their sessions. Shown to nobody else.",
                        max_length=254,
                        verbose_name="email address",
                    ),
                ),
                (
                    "mobile",
                    models.CharField(
                        blank=True,
                        help_text="Only rung if something changes. Shown to staff alone.",
                        max_length=30,
                        verbose_name="mobile number",
                    ),
                ),
                ("name_agreed_at", models.DateTimeField(blank=True, null=True, verbose_name="agreed to be named")),
                ("photo_agreed_at", models.DateTimeField(blank=True, null=True, verbose_name="agreed to photographs")),
                ("film_agreed_at", models.DateTimeField(blank=True, null=True, verbose_name="agreed to be filmed")),
                (
                    "hub_year",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visiting_teachers",
                        to="hubs.hubyear",
                        verbose_name="hub in a year",
                    ),
                ),
            ],
            options={
                "ordering": ["name_pinyin"],
            },
        ),
        migrations.CreateModel(
            name="Photograph",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "pupils",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("none", "no pupil can be recognised"),
                            ("agreed", "parents agreed, until the day below"),
                        ],
                        help_text="Without one of them it is not published.",
                        max_length=10,
                        verbose_name="pupils",
                    ),
                ),
                (
                    "agreed_until",
                    models.DateField(
                        blank=True,
                        db_index=True,
                        help_text="On this day it is no longer published.",
                        null=True,
                        verbose_name="agreed until",
                    ),
                ),
                (
                    "file",
                    models.FileField(
                        help_text="At most 10 MB. It is made smaller, and loses where, when and by whom it was taken.",
                        storage=hubs.models.stored_file.for_portraits,
                        upload_to="",
                        validators=[hubs.vocabulary.files.is_photograph],
                        verbose_name="photograph",
                    ),
                ),
                (
                    "teacher",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="photographs",
                        to="hubs.visitingteacher",
                    ),
                ),
            ],
            options={
                "verbose_name": "photograph",
                "verbose_name_plural": "photograph",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agreed_until__isnull", False), ("pupils", "agreed")),
                            models.Q(models.Q(("pupils", "agreed"), _negated=True), ("agreed_until__isnull", True)),
                            _connector="OR",
                        ),
                        name="photograph_agreed_until_a_day",
                        violation_error_message="Say until when the parents agreed; without their agreement leave it empty.",
                    ),
                    models.UniqueConstraint(fields=("teacher",), name="one_photograph_a_teacher"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Lesson",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "position",
                    models.PositiveSmallIntegerField(
                        default=1, validators=[django.core.validators.MaxValueValidator(4)], verbose_name="order"
                    ),
                ),
                ("starts", models.TimeField(blank=True, null=True, verbose_name="starts")),
                ("ends", models.TimeField(blank=True, null=True, verbose_name="ends")),
                (
                    "years",
                    hubs.vocabulary.flags.FlagField(
                        blank=True, default=0, flag=hubs.vocabulary.teaching.Years, verbose_name="class"
                    ),
                ),
                ("topic", models.CharField(blank=True, max_length=150, verbose_name="topic")),
                (
                    "picture",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("bar", "Bar model"),
                            ("frames", "Ten frames"),
                            ("chart", "Place-value chart"),
                            ("fraction", "Fraction bar"),
                        ],
                        help_text="Shown large on the session's page. Empty: no picture.",
                        max_length=10,
                        verbose_name="picture of number",
                    ),
                ),
                (
                    "picture_of",
                    models.CharField(
                        blank=True,
                        help_text="A number sentence, with ? for what is not known: 52 − 37 = ?, 8 + 5 = 13, 7/8 − 3/8 = 4/8, 3,052.",
                        max_length=60,
                        verbose_name="what it shows",
                    ),
                ),
                (
                    "watch_for",
                    models.TextField(
                        blank=True,
                        help_text="Up to three lines, each a sentence. Shown with the lesson to whoever thinks of coming.",
                        validators=[hubs.models.lesson.few_short_lines],
                        verbose_name="what to watch for",
                    ),
                ),
                ("class_note", models.CharField(blank=True, max_length=150, verbose_name="note on the class")),
                ("other_teacher", models.CharField(blank=True, max_length=150, verbose_name="another teacher")),
                (
                    "specialists",
                    models.ManyToManyField(blank=True, to="hubs.masteryspecialist", verbose_name="mastery specialists"),
                ),
                (
                    "pupils_of",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: the school where it is. Another school is shown only to people with a place.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.school",
                        verbose_name="pupils of",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lessons", to="hubs.showcasesession"
                    ),
                ),
                (
                    "visiting_teachers",
                    models.ManyToManyField(blank=True, to="hubs.visitingteacher", verbose_name="visiting teachers"),
                ),
            ],
            options={
                "ordering": ["position", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("session", "position"), name="one_lesson_a_position"),
                    models.CheckConstraint(
                        condition=models.Q(("position__gte", 1), ("position__lte", 4)),
                        name="at_most_four_lessons",
                        violation_error_message="A session has at most four lessons.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("starts", None), ("ends", None), ("ends__gt", models.F("starts")), _connector="OR"
                        ),
                        name="lesson_ends_after_it_starts",
                        violation_error_message="The lesson must end after it starts.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("picture", ""), ("picture_of", "")),
                            models.Q(
                                models.Q(("picture", ""), _negated=True), models.Q(("picture_of", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="lesson_picture_shows_something",
                        violation_error_message="Choose a picture and say what it shows, or leave both empty.",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="hostschool",
            name="visiting_teachers",
            field=models.ManyToManyField(
                blank=True, related_name="host_schools", to="hubs.visitingteacher", verbose_name="visiting teachers"
            ),
        ),
        migrations.CreateModel(
            name="WorkGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    models.CharField(
                        help_text="As the hub says it: Maidstone work group, TRG 3.",
                        max_length=100,
                        verbose_name="name",
                    ),
                ),
                (
                    "phase",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "not applicable"),
                            (1, "nursery"),
                            (2, "primary"),
                            (3, "middle deemed primary"),
                            (4, "secondary"),
                            (5, "middle deemed secondary"),
                            (6, "16 plus"),
                            (7, "all through"),
                        ],
                        default=2,
                        verbose_name="phase",
                    ),
                ),
                (
                    "schools_wanted",
                    models.PositiveSmallIntegerField(
                        default=6, validators=[django.core.validators.MinValueValidator(1)], verbose_name="schools"
                    ),
                ),
                (
                    "teachers_each",
                    models.PositiveSmallIntegerField(
                        default=2,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="teachers of each school",
                    ),
                ),
                (
                    "cover_days",
                    models.DecimalField(
                        blank=True,
                        decimal_places=1,
                        max_digits=4,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="days of cover for each teacher",
                    ),
                ),
                (
                    "hub_pays",
                    models.CharField(
                        blank=True,
                        help_text="Such as: £190 a day of cover.",
                        max_length=200,
                        verbose_name="what the hub pays",
                    ),
                ),
                (
                    "about",
                    models.TextField(
                        blank=True, help_text="What schools are told when they are invited.", verbose_name="about"
                    ),
                ),
                (
                    "hub_year",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="groups",
                        to="hubs.hubyear",
                        verbose_name="hub in a year",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.school",
                        verbose_name="the specialist's school",
                    ),
                ),
                (
                    "schools",
                    models.OneToOneField(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="group",
                        to="hubs.schoollist",
                    ),
                ),
                (
                    "specialist",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="groups",
                        to="hubs.masteryspecialist",
                        verbose_name="mastery specialist",
                    ),
                ),
            ],
            options={
                "verbose_name": "work group",
                "verbose_name_plural": "work groups",
                "ordering": ["name"],
                "constraints": [
                    models.UniqueConstraint(fields=("hub_year", "name"), name="one_group_a_name"),
                    models.CheckConstraint(
                        condition=models.Q(("schools_wanted__gte", 1), ("teachers_each__gte", 1)),
                        name="group_has_somebody",
                        violation_error_message="A group has a school and a teacher of it at least.",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="showcasesession",
            name="group",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="meetings",
                to="hubs.workgroup",
                verbose_name="work group",
            ),
        ),
        migrations.CreateModel(
            name="HistoricalShowcaseSession",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "place_name",
                    models.CharField(
                        blank=True, help_text="Where it is no school.", max_length=150, verbose_name="place"
                    ),
                ),
                ("place_address", models.CharField(blank=True, max_length=200, verbose_name="address")),
                ("place_town", models.CharField(blank=True, max_length=100, verbose_name="town")),
                ("place_postcode", models.CharField(blank=True, max_length=8, verbose_name="postcode")),
                (
                    "step_free",
                    models.CharField(
                        blank=True,
                        choices=[("", "not known"), ("yes", "yes"), ("partly", "partly"), ("no", "no")],
                        default="",
                        max_length=6,
                        verbose_name="step-free access",
                    ),
                ),
                (
                    "step_free_note",
                    models.CharField(blank=True, max_length=200, verbose_name="step-free access, in words"),
                ),
                (
                    "accessible_toilet",
                    models.CharField(
                        blank=True,
                        choices=[("", "not known"), ("yes", "yes"), ("partly", "partly"), ("no", "no")],
                        default="",
                        max_length=6,
                        verbose_name="accessible toilet",
                    ),
                ),
                (
                    "accessible_toilet_note",
                    models.CharField(blank=True, max_length=200, verbose_name="accessible toilet, in words"),
                ),
                (
                    "kept_bay",
                    models.CharField(
                        blank=True,
                        choices=[("", "not known"), ("yes", "yes"), ("partly", "partly"), ("no", "no")],
                        default="",
                        max_length=6,
                        verbose_name="reserved parking bay",
                    ),
                ),
                (
                    "kept_bay_note",
                    models.CharField(blank=True, max_length=200, verbose_name="reserved parking bay, in words"),
                ),
                (
                    "hearing_loop",
                    models.CharField(
                        blank=True,
                        choices=[("", "not known"), ("yes", "yes"), ("partly", "partly"), ("no", "no")],
                        default="",
                        max_length=6,
                        verbose_name="hearing loop",
                    ),
                ),
                (
                    "hearing_loop_note",
                    models.CharField(blank=True, max_length=200, verbose_name="hearing loop, in words"),
                ),
                (
                    "ref",
                    models.CharField(
                        db_index=True,
                        default=hubs.vocabulary.references.session_ref,
                        editable=False,
                        max_length=6,
                        verbose_name="reference",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("showcase", "Showcase lesson"),
                            ("open_classroom", "Open classroom"),
                            ("master_class", "Master class"),
                            ("workshop", "Workshop"),
                            ("talk", "Talk"),
                            ("meeting", "Work group meeting"),
                        ],
                        default="showcase",
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                (
                    "visibility",
                    models.CharField(
                        choices=[("public", "public"), ("link", "only by its link"), ("staff", "staff only")],
                        default="public",
                        max_length=10,
                        verbose_name="who can see it",
                    ),
                ),
                (
                    "title",
                    models.CharField(
                        blank=True, help_text="Empty: named from its lessons.", max_length=150, verbose_name="title"
                    ),
                ),
                ("title_zh", models.CharField(blank=True, max_length=150, verbose_name="title in Chinese")),
                ("about", models.TextField(blank=True, verbose_name="about")),
                ("about_zh", models.TextField(blank=True, verbose_name="about, in Chinese")),
                ("starts_at", models.DateTimeField(blank=True, null=True, verbose_name="starts")),
                ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="ends")),
                ("arrival_at", models.DateTimeField(blank=True, null=True, verbose_name="arrival from")),
                (
                    "first_day",
                    models.DateField(
                        blank=True,
                        help_text="Before there is a date: it will fall on this day or later.",
                        null=True,
                        verbose_name="first day",
                    ),
                ),
                ("last_day", models.DateField(blank=True, null=True, verbose_name="last day")),
                (
                    "suits_years",
                    hubs.vocabulary.flags.FlagField(
                        blank=True, default=0, flag=hubs.vocabulary.teaching.Years, verbose_name="suits years"
                    ),
                ),
                (
                    "suits_roles",
                    hubs.vocabulary.flags.FlagField(
                        blank=True, default=0, flag=hubs.vocabulary.teaching.Roles, verbose_name="suits roles"
                    ),
                ),
                (
                    "suits_note",
                    models.CharField(blank=True, max_length=200, verbose_name="who it suits, in a sentence"),
                ),
                ("parking", models.CharField(blank=True, max_length=200, verbose_name="parking")),
                ("refreshments", models.CharField(blank=True, max_length=200, verbose_name="refreshments")),
                (
                    "bring",
                    models.CharField(
                        blank=True,
                        help_text="Such as: photo ID or school badge.",
                        max_length=200,
                        verbose_name="what to bring",
                    ),
                ),
                ("filming", models.CharField(blank=True, max_length=200, verbose_name="filming")),
                ("interpreter", models.CharField(blank=True, max_length=200, verbose_name="interpreter")),
                (
                    "contact",
                    models.CharField(
                        blank=True, help_text="Empty: the hub's contact.", max_length=200, verbose_name="who to ask"
                    ),
                ),
                (
                    "cost_pence",
                    models.PositiveIntegerField(
                        default=0, help_text="0 is free.", verbose_name="cost per visitor in pence"
                    ),
                ),
                (
                    "absence_charge_pence",
                    models.PositiveIntegerField(default=0, verbose_name="charge for not coming, in pence"),
                ),
                ("absence_notice", models.CharField(blank=True, max_length=100, verbose_name="notice to avoid it")),
                ("entrance", models.CharField(blank=True, max_length=200, verbose_name="entrance")),
                ("office_phone", models.CharField(blank=True, max_length=30, verbose_name="school office's telephone")),
                (
                    "office_email",
                    models.EmailField(
                        blank=True,
                        help_text="Gets the register. Empty: as the host school's visit has it.",
                        max_length=254,
                        verbose_name="school office's email",
                    ),
                ),
                ("day_contact", models.CharField(blank=True, max_length=200, verbose_name="contact on the day")),
                ("joining_instructions", models.TextField(blank=True, verbose_name="joining instructions")),
                ("opens_at", models.DateTimeField(blank=True, null=True, verbose_name="booking opens")),
                ("closes_at", models.DateTimeField(blank=True, null=True, verbose_name="booking closes")),
                ("waiting_closes_at", models.DateTimeField(blank=True, null=True, verbose_name="waiting list ends")),
                ("release_at", models.DateTimeField(blank=True, null=True, verbose_name="held-back places come free")),
                (
                    "share",
                    models.PositiveSmallIntegerField(
                        blank=True, help_text="Empty: no limit.", null=True, verbose_name="places each school may take"
                    ),
                ),
                ("share_until", models.DateTimeField(blank=True, null=True, verbose_name="until")),
                (
                    "share_for_good",
                    models.BooleanField(
                        default=False,
                        help_text="The limit stays until the session: there is no “until”.",
                        verbose_name="for good",
                    ),
                ),
                (
                    "who_may_book",
                    models.CharField(
                        choices=[
                            ("everyone", "everyone"),
                            ("authorities", "schools of some local authorities"),
                            ("list", "schools of a list"),
                        ],
                        default="everyone",
                        max_length=12,
                        verbose_name="who may book",
                    ),
                ),
                (
                    "open_to_everyone_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="open to everyone from"),
                ),
                (
                    "booked_elsewhere",
                    models.CharField(
                        blank=True,
                        help_text="A sentence that says how; then it never opens here.",
                        max_length=200,
                        verbose_name="booked elsewhere",
                    ),
                ),
                ("booked_elsewhere_url", models.URLField(blank=True, verbose_name="address to book at")),
                (
                    "visitors_reported",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="visitors reported"),
                ),
                (
                    "schools_reported",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="schools reported"),
                ),
                ("reported_source", models.CharField(blank=True, max_length=200, verbose_name="who reported it")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "host_school",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="hubs.hostschool",
                        verbose_name="host school's visit",
                    ),
                ),
                (
                    "hub_year",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="hubs.hubyear",
                        verbose_name="hub in a year",
                    ),
                ),
                (
                    "venue",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="Empty: the host school, or the place named below.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="hubs.school",
                        verbose_name="at the school",
                    ),
                ),
                (
                    "only_list",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="hubs.schoollist",
                        verbose_name="list of schools",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="hubs.workgroup",
                        verbose_name="work group",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical session",
                "verbose_name_plural": "historical sessions",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalCost",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("travel", "travel"),
                            ("cover", "cover"),
                            ("venue", "venue and food"),
                            ("other", "other"),
                            ("specialists", "specialists away, in days"),
                            ("hosts", "host staff, in days"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("pence", models.PositiveIntegerField(blank=True, null=True, verbose_name="pence")),
                (
                    "days",
                    models.DecimalField(blank=True, decimal_places=1, max_digits=7, null=True, verbose_name="days"),
                ),
                (
                    "who_pays",
                    models.CharField(
                        blank=True,
                        help_text="Such as: the programme. Stands in the report: no person’s name.",
                        max_length=100,
                        verbose_name="who pays",
                    ),
                ),
                (
                    "note",
                    models.CharField(blank=True, help_text="For the hub alone.", max_length=200, verbose_name="note"),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "host_school",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="hubs.hostschool",
                        verbose_name="host school's visit",
                    ),
                ),
                (
                    "hub_year",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="hubs.hubyear",
                        verbose_name="hub in a year",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="hubs.showcasesession",
                        verbose_name="session",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="hubs.workgroup",
                        verbose_name="work group",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical cost",
                "verbose_name_plural": "historical costs",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Cost",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("travel", "travel"),
                            ("cover", "cover"),
                            ("venue", "venue and food"),
                            ("other", "other"),
                            ("specialists", "specialists away, in days"),
                            ("hosts", "host staff, in days"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("pence", models.PositiveIntegerField(blank=True, null=True, verbose_name="pence")),
                (
                    "days",
                    models.DecimalField(blank=True, decimal_places=1, max_digits=7, null=True, verbose_name="days"),
                ),
                (
                    "who_pays",
                    models.CharField(
                        blank=True,
                        help_text="Such as: the programme. Stands in the report: no person’s name.",
                        max_length=100,
                        verbose_name="who pays",
                    ),
                ),
                (
                    "note",
                    models.CharField(blank=True, help_text="For the hub alone.", max_length=200, verbose_name="note"),
                ),
                (
                    "host_school",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="costs",
                        to="hubs.hostschool",
                        verbose_name="host school's visit",
                    ),
                ),
                (
                    "hub_year",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="costs",
                        to="hubs.hubyear",
                        verbose_name="hub in a year",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="costs",
                        to="hubs.showcasesession",
                        verbose_name="session",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="costs",
                        to="hubs.workgroup",
                        verbose_name="work group",
                    ),
                ),
            ],
            options={
                "verbose_name": "cost",
                "ordering": ["hub_year", "kind", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("days__gt", 0), ("kind__in", ["specialists", "hosts"]), ("pence", None)),
                            models.Q(
                                ("days", None),
                                ("kind__in", ["travel", "cover", "venue", "other"]),
                                ("pence__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="cost_in_pounds_or_in_days",
                        violation_error_message="Enter pounds, or days for teachers away, one of them.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("host_school", None), ("session", None)),
                            models.Q(("group", None), ("host_school", None)),
                            models.Q(("group", None), ("session", None)),
                            _connector="OR",
                        ),
                        name="cost_of_one_thing",
                        violation_error_message="Choose a visit, a session or a group, one of them.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClosedDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_day", models.DateField(verbose_name="first day")),
                ("last_day", models.DateField(verbose_name="last day")),
                ("is_open", models.BooleanField(default=False, verbose_name="open after all")),
                ("note", models.CharField(blank=True, max_length=100, verbose_name="note")),
                (
                    "hub",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="closed_days",
                        to="hubs.hub",
                        verbose_name="hub",
                    ),
                ),
            ],
            options={
                "verbose_name": "closed days",
                "verbose_name_plural": "closed days",
                "ordering": ["first_day"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("first_day__lte", models.F("last_day"))),
                        name="closed_days_in_order",
                        violation_error_message="The last day must not come before the first.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[("lead", "hub lead"), ("administrator", "hub administrator")],
                        default="administrator",
                        max_length=20,
                        verbose_name="role",
                    ),
                ),
                (
                    "invited_as",
                    models.CharField(blank=True, editable=False, max_length=200, verbose_name="name in the invitation"),
                ),
                ("invited_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="invited")),
                (
                    "hub",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="hubs.hub",
                        verbose_name="hub",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="member of staff",
                    ),
                ),
            ],
            options={
                "verbose_name": "member of a hub's staff",
                "verbose_name_plural": "hub staff",
                "ordering": ["hub__slug", "user__email"],
                "constraints": [models.UniqueConstraint(fields=("user", "hub"), name="one_membership_a_hub")],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=300, verbose_name="sentence")),
                ("text_zh", models.CharField(blank=True, max_length=300, verbose_name="sentence in Chinese")),
                ("link", models.URLField(blank=True, verbose_name="link")),
                ("from_at", models.DateTimeField(verbose_name="from")),
                ("until_at", models.DateTimeField(db_index=True, verbose_name="until")),
                (
                    "hub",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: shown everywhere.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="hubs.hub",
                        verbose_name="hub",
                    ),
                ),
            ],
            options={
                "ordering": ["from_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until_at__gt", models.F("from_at"))),
                        name="notice_ends_after_it_starts",
                        violation_error_message="The notice must end after it starts.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Remark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "section",
                    models.CharField(
                        choices=[
                            ("places", "places"),
                            ("who", "who came"),
                            ("filled", "how it filled"),
                            ("reach", "reach"),
                            ("said", "what they said"),
                            ("cost", "cost"),
                            ("groups", "groups"),
                        ],
                        max_length=10,
                        verbose_name="heading",
                    ),
                ),
                ("text", models.CharField(max_length=500, verbose_name="what the hub writes")),
                (
                    "hub_year",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="remarks",
                        to="hubs.hubyear",
                        verbose_name="hub in a year",
                    ),
                ),
            ],
            options={
                "verbose_name": "remark in the report",
                "verbose_name_plural": "remarks in the report",
                "ordering": ["hub_year", "section"],
                "constraints": [models.UniqueConstraint(fields=("hub_year", "section"), name="one_remark_a_heading")],
            },
        ),
        migrations.AddConstraint(
            model_name="hubyear",
            constraint=models.UniqueConstraint(fields=("hub", "exchange"), name="one_hub_a_year"),
        ),
        migrations.AddConstraint(
            model_name="hostschool",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("first_day", None), ("last_day", None)),
                    models.Q(
                        ("first_day__isnull", False),
                        ("first_day__lte", models.F("last_day")),
                        ("last_day__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="visit_days_in_order",
                violation_error_message="The last day must not come before the first.",
            ),
        ),
        migrations.AddIndex(
            model_name="showcasesession",
            index=models.Index(fields=["last_day", "first_day", "starts_at"], name="session_by_day"),
        ),
        migrations.AddIndex(
            model_name="showcasesession",
            index=models.Index(fields=["first_day", "starts_at"], name="session_in_order"),
        ),
        migrations.AddIndex(
            model_name="showcasesession",
            index=models.Index(fields=["release_at"], name="session_release"),
        ),
        migrations.AddIndex(
            model_name="showcasesession",
            index=models.Index(fields=["easting", "northing"], name="session_spot"),
        ),
        migrations.AddConstraint(
            model_name="showcasesession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ends_at", None), ("starts_at", None)),
                    models.Q(
                        ("ends_at__gt", models.F("starts_at")),
                        ("ends_at__isnull", False),
                        ("first_day", models.F("last_day")),
                        ("starts_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="session_ends_after_it_starts",
                violation_error_message="The end must come after the start, on the same day.",
            ),
        ),
        migrations.AddConstraint(
            model_name="showcasesession",
            constraint=models.CheckConstraint(
                condition=models.Q(("arrival_at", None), ("arrival_at__lte", models.F("starts_at")), _connector="OR"),
                name="session_arrival_before_start",
                violation_error_message="People must be able to arrive before the session starts.",
            ),
        ),
        migrations.AddConstraint(
            model_name="showcasesession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("first_day", None), ("last_day", None)),
                    models.Q(
                        ("first_day__isnull", False),
                        ("first_day__lte", models.F("last_day")),
                        ("last_day__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="session_days_in_order",
                violation_error_message="Enter both days, the first one first.",
            ),
        ),
        migrations.AddConstraint(
            model_name="showcasesession",
            constraint=models.CheckConstraint(
                condition=models.Q(("venue", None), ("place_name", ""), _connector="OR"),
                name="session_one_venue",
                violation_error_message="Choose a school or name a place, not both.",
            ),
        ),
        migrations.AddConstraint(
            model_name="showcasesession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("opens_at", None), ("closes_at", None), ("opens_at__lt", models.F("closes_at")), _connector="OR"
                ),
                name="session_opens_before_it_closes",
                violation_error_message="Booking must open before it closes.",
            ),
        ),
        migrations.AddConstraint(
            model_name="showcasesession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closes_at", None), ("starts_at", None), ("closes_at__lte", models.F("starts_at")), _connector="OR"
                ),
                name="session_closes_by_its_start",
                violation_error_message="Booking must close before the session starts.",
            ),
        ),
        migrations.AddConstraint(
            model_name="showcasesession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("share_until", None),
                    ("closes_at", None),
                    ("share_until__lte", models.F("closes_at")),
                    _connector="OR",
                ),
                name="session_share_ends_by_deadline",
                violation_error_message="The limit for each school must end before booking closes.",
            ),
        ),
        migrations.AddConstraint(
            model_name="showcasesession",
            constraint=models.CheckConstraint(
                condition=models.Q(("share_for_good", False), ("share_until", None), _connector="OR"),
                name="session_share_for_good_has_no_end",
                violation_error_message="A limit for good is not lifted: leave its “until” empty.",
            ),
        ),
        migrations.AddConstraint(
            model_name="showcasesession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("release_at", None),
                    ("closes_at", None),
                    ("release_at__lte", models.F("closes_at")),
                    _connector="OR",
                ),
                name="session_release_by_deadline",
                violation_error_message="Held-back places must come free before booking closes.",
            ),
        ),
        migrations.AddConstraint(
            model_name="showcasesession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("group__isnull", False), ("kind", "meeting")),
                    models.Q(models.Q(("kind", "meeting"), _negated=True), ("group", None)),
                    _connector="OR",
                ),
                name="session_meeting_is_a_groups",
                violation_error_message="A meeting is made on the page of its group.",
            ),
        ),
        migrations.AddConstraint(
            model_name="showcasesession",
            constraint=models.CheckConstraint(
                condition=models.Q(("group", None), models.Q(("visibility", "public"), _negated=True), _connector="OR"),
                name="session_meeting_is_not_public",
                violation_error_message="A meeting of a group is not public.",
            ),
        ),
        migrations.AddConstraint(
            model_name="showcasesession",
            constraint=models.CheckConstraint(
                condition=models.Q(("share", None), ("share__gte", 1), _connector="OR"),
                name="session_share_is_a_place",
                violation_error_message="Give each school at least one place, or leave this empty.",
            ),
        ),
        migrations.AddConstraint(
            model_name="showcasesession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("who_may_book", "list"), _negated=True), ("only_list__isnull", False), _connector="OR"
                ),
                name="session_list_is_named",
                violation_error_message="Choose the list of schools that may book.",
            ),
        ),
        migrations.AddConstraint(
            model_name="showcasesession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("accessible_toilet__in", ("", "yes", "partly", "no")),
                    ("hearing_loop__in", ("", "yes", "partly", "no")),
                    ("kept_bay__in", ("", "yes", "partly", "no")),
                    ("step_free__in", ("", "yes", "partly", "no")),
                ),
                name="session_access_known",
                violation_error_message="Say yes, partly or no, or leave it as not known.",
            ),
        ),
    ]
