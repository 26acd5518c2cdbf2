"""Staff: whom a hub has invited, and accounts. It stands here for what it writes to people, through the outbox.

A hub lead sees memberships of their own hubs and no account: so they cannot set a password or an address, nor learn
what other hubs somebody belongs to. An invitation does and says the same whether the address has an account or not.
"""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import admin as _registers_groups  # noqa: F401  (it registers Group, which is taken away below)
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_static import admin as otp_static
from django_otp.plugins.otp_totp import admin as otp_totp

from bookings.admin.base.beside_form import WithButtonsBeside
from bookings.admin.base.read_only import staff
from bookings.admin.device_pages import DevicePages, MembersDevicePages
from bookings.forgetting import staff as leaving
from bookings.mail import staff_mails
from bookings.mail.rendering import can_be_written_to
from hubs.admin.bases import TabularInline
from hubs.admin.by_name import FoundByName
from hubs.admin.meanwhile import ModelForm
from hubs.models import Hub, Membership, StaffUser
from hubs.vocabulary.email_address import AddressField, email_key
from hubs.vocabulary.longest import longest

# What staff may do follows from their memberships, not from groups; and no page shows the key of a second factor.
for model in (Group, otp_totp.TOTPDevice, otp_static.StaticDevice):
    admin.site.unregister(model)


class WithAddress(ModelForm):
    """Takes an address in any case, and keeps it as it is compared."""

    email = AddressField(
        label=_("Email address"),
        widget=forms.EmailInput(attrs={"class": "vTextField"}),
        error_messages={"required": _("Enter their email address.")},
    )

    def clean_email(self) -> str:
        address = email_key(self.cleaned_data["email"])
        if not can_be_written_to(address):
            raise forms.ValidationError(_("Enter an email address in the right form, like name@school.example."))
        return address


class InvitationForm(WithAddress):
    """Who is invited to which hub. Nobody types a password for somebody else."""

    full_name = forms.CharField(
        label=_("Full name"),
        max_length=longest(StaffUser, "full_name"),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        error_messages={"required": _("Enter their full name.")},
    )

    class Meta:
        model = Membership
        fields = ["hub", "role"]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("hub"):  # two colleagues may invite the same person at once
            list(Hub.objects.select_for_update(no_key=True).filter(pk=data["hub"].pk))
        known = Membership.objects.filter(hub=data.get("hub"), user__email=data.get("email"))
        if data.get("hub") and known.exists():
            self.add_error("email", _("They are on this hub's staff. Open their row to send the invitation again."))
        return data

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002  (Django's own)
        """The account that the address has, or a new one that nobody can sign in to before a password has been set."""
        membership, data = super().save(commit=False), self.cleaned_data
        new = {"full_name": data["full_name"], "password": make_password(None)}
        membership.user, _new = StaffUser.objects.get_or_create(email=data["email"], defaults=new)
        membership.invited_as, membership.invited_at = data["full_name"], timezone.now()
        return membership


@admin.register(Membership)
class MembershipAdmin(FoundByName, WithButtonsBeside):
    """The staff of one's hubs. To add somebody is to invite them; to delete the row takes them off the hub."""

    page_classes = [MembersDevicePages]
    list_display = ["name", "address", "hub", "role", "invited"]
    list_display_links = ["name"]
    list_filter = ["role"]
    search_fields = ["user__email", "invited_as"]
    fields = ["name", "address", "hub", "role", "invited"]
    readonly_fields = ["name", "address", "hub", "invited"]
    actions = ["invite_again"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("user", "hub")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002  (Django's own)
        if obj is None:
            kwargs["form"] = InvitationForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_fields(request, obj) if obj else ["email", "full_name", "hub", "role"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_readonly_fields(request, obj) if obj else []

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:  # noqa: FBT001  (Django's own)
        super().save_model(request, obj, form, change)
        if not change:
            staff_mails.invite(obj, by=staff(request), now=timezone.now())
            text = _now("An invitation is on its way to %(address)s.") % {"address": obj.user.email}
            self.message_user(request, text, messages.SUCCESS)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return super().add_view(request, form_url, {"title": _now("Invite somebody")} | (extra_context or {}))

    @admin.action(description=_("Send the invitation again"), permissions=["change"])
    def invite_again(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        for membership in queryset:
            sent = staff_mails.invite(membership, by=staff(request), now=timezone.now())
            text = _now("Written to %(name)s.") if sent else _now("%(name)s was written to a short while ago.")
            level = messages.SUCCESS if sent else messages.WARNING
            self.message_user(request, text % {"name": membership.known_as}, level)

    def buttons(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        return [("invite_again", _now("Send the invitation again"))]

    # --- what lists and pages show ----------------------------------------------------------------------------------

    @admin.display(description=_("name"), ordering="user__email")
    def name(self, membership: Membership) -> str:
        return membership.known_as

    @admin.display(description=_("email address"), ordering="user__email")
    def address(self, membership: Membership) -> str:
        return str(membership.user.email)

    @admin.display(description=_("invited"))
    def invited(self, membership: Membership) -> str:
        return _now("has signed in") if membership.has_arrived else _now("not signed in yet")


class AccountForm(WithAddress):
    """An account that belongs to no hub: the programme office, a superuser."""

    class Meta:
        model = StaffUser
        fields = ["email", "full_name", "is_programme_office", "is_superuser"]


class MembershipInline(TabularInline):
    model = Membership
    fields = ["hub", "role"]
    readonly_fields = ["hub"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(StaffUser)
class StaffUserAdmin(FoundByName, WithButtonsBeside):
    """Accounts, for superusers. Nobody sets a password for somebody else: a link is sent."""

    page_classes = [DevicePages]
    list_display = ["full_name", "email", "is_active", "is_programme_office", "is_superuser", "device", "last_login"]
    list_filter = ["is_active", "is_programme_office", "is_superuser", "memberships__hub"]
    search_fields = ["full_name", "email"]
    fields = ["email", "full_name", "is_active", "is_programme_office", "is_superuser", "last_login", "date_joined"]
    readonly_fields = ["last_login", "date_joined"]
    ordering = ["full_name"]
    inlines = [MembershipInline]
    actions = ["invite_again", "forget_them"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[StaffUser]:
        return super().get_queryset(request).prefetch_related("totpdevice_set")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002  (Django's own)
        if obj is None:
            kwargs["form"] = AccountForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_fields(request, obj) if obj else AccountForm.Meta.fields

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.inlines if obj else []

    def save_model(self, request: HttpRequest, obj: StaffUser, form: Any, change: bool) -> None:  # noqa: FBT001  (Django's own)
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if not change:
            staff_mails.welcome(obj, by=staff(request), now=timezone.now())

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Nobody is deleted in bulk: what they did names them. Whoever leaves may not sign in any more."""
        actions: dict[str, Any] = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    @admin.action(description=_("Write to them how to sign in"), permissions=["change"])
    def invite_again(self, request: HttpRequest, queryset: QuerySet[StaffUser]) -> None:
        for user in queryset:
            staff_mails.welcome(user, by=staff(request), now=timezone.now())
            self.message_user(request, _now("Written to %(name)s.") % {"name": user}, messages.SUCCESS)

    @admin.action(description=_("They have left: delete name and address"), permissions=["change"])
    def forget_them(self, request: HttpRequest, queryset: QuerySet[StaffUser]) -> None:
        """Only who may sign in no longer: so it takes two presses, and never oneself."""
        for user in queryset:
            if user.is_active:
                text = _now("%(name)s may still sign in: take that away first.")
                self.message_user(request, text % {"name": user}, messages.WARNING)
            elif leaving.forget_member(user.pk, now=timezone.now()):
                self.message_user(request, _now("Done: what they did is now by a former member of staff."))

    def buttons(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        if row.is_active:
            return [("invite_again", _now("Write to them how to sign in"))]
        return [] if row.forgotten_at else [("forget_them", _now("They have left: delete name and address"))]

    @admin.display(description=_("second factor"), boolean=True)
    def device(self, user: Any) -> bool:
        return any(device.confirmed for device in user.totpdevice_set.all())
