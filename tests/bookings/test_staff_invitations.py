"""Hub leads invite staff by mail: to their own hubs, without a password of theirs, and without learning of others."""

import datetime as dt
import re

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from bookings.mail import staff_mails
from bookings.mail.sending import send_due
from bookings.models import Mail
from hubs.models import Membership, StaffUser
from hubs.staff.scope import may, may_manage_account
from tests.factories import GROWS, HubFactory, HubYearFactory
from tests.signing_in import enrol, heading, is_in, make_staff, sign_in, somebody_with_a_device

pytestmark = pytest.mark.django_db
LIST, ADD = "/admin/hubs/membership/", "/admin/hubs/membership/add/"
NEW = {"email": " New.Colleague@School.example", "full_name": "New Colleague", "role": "administrator"}


@pytest.fixture
def kent():
    return HubYearFactory(hub__slug="kent", name="Kent & Medway Maths Hub").hub


@pytest.fixture
def lead(kent):
    return make_staff("lead@kent.example", kent)


@pytest.fixture
def client(lead):
    client = Client()
    sign_in(client, lead.email)
    return client


@pytest.fixture
def elsewhere():
    """Somebody of another hub, with a password, who has signed in there."""
    user = make_staff("colleague@london.example", HubFactory(slug="london"), full_name="Dr Other Name")
    sign_in(Client(), user.email)
    return user


def invite(client, hub, **said):
    return client.post(ADD, NEW | {"hub": hub.pk} | said, follow=True)


def page_of(user, page="change"):
    return reverse(f"admin:hubs_membership_{page}", args=[user.memberships.order_by("-pk")[0].pk])


def again(client, user):
    row = user.memberships.order_by("-pk")[0].pk
    return client.post(LIST, {"action": "invite_again", "_selected_action": row, "_from_row": row}, follow=True)


def said_on(response):
    return re.findall(r'<li class="(\w+)">(.*?)</li>', response.content.decode(), re.DOTALL)


def link_in(message):
    (link,) = set(re.findall(r"https://testserver(/admin/\S*)", message.body))
    return link


def set_password(client, link, password="a maths hub in kent"):
    form = client.get(link, follow=True)
    at = form.request["PATH_INFO"]
    return client.post(at, {"new_password1": password, "new_password2": password})


def test_invited_gets_a_link_sets_a_password_and_signs_in(client, kent, mailoutbox):
    assert "password" not in client.get(ADD).content.decode().split("<main", 1)[1]
    invite(client, kent)
    user = StaffUser.objects.get(email="new.colleague@school.example")
    assert (user.full_name, user.is_superuser, user.has_usable_password()) == ("New Colleague", False, False)
    send_due(timezone.now)
    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == (["new.colleague@school.example"], "Your account for Kent & Medway Maths Hub")
    assert "Jo Lead has invited you to the staff pages of Kent & Medway Maths Hub" in " ".join(mail.body.split())
    their = Client()
    assert set_password(their, link_in(mail)).headers["Location"] == "/admin/login/"
    assert not is_in(their)
    sign_in(their, user.email, "a maths hub in kent")
    assert is_in(their)


def test_link_works_once_and_opening_it_changes_nothing(client, kent, mailoutbox):
    invite(client, kent)
    send_due(timezone.now)
    link = link_in(mailoutbox[0])
    for _ in range(2):
        assert heading(Client().get(link, follow=True)) == "Set your password"
    set_password(Client(), link)
    used = Client().get(link, follow=True)
    assert heading(used) == "This link does not work"
    assert "Set the password" not in used.content.decode()


@pytest.mark.parametrize("link", ["x/y", "MQ/set", "MQ/new", "MQ/cabcde-00000000000000000000000000000000", "💥/x"])
def test_link_that_is_not_ours_says_so(link):
    answer = Client().get(f"/admin/password/{link}/", follow=True)
    assert heading(answer) == "This link does not work"


@pytest.mark.parametrize(
    "password, said",
    [
        pytest.param("short", "at least 12 characters", id="short"),
        pytest.param("new.colleague@school", "too similar to the email", id="address"),
        pytest.param("Featherstonehaugh", "too similar to the full name", id="name"),
        pytest.param("", "This field is required", id="empty"),
    ],
)
def test_weak_password_is_refused_in_words(client, kent, mailoutbox, password, said):
    invite(client, kent, full_name="Ann Featherstonehaugh")
    send_due(timezone.now)
    answer = set_password(Client(), link_in(mailoutbox[0]), password)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not StaffUser.objects.get(email="new.colleague@school.example").has_usable_password()


def test_no_row_holds_a_link(client, kent, mailoutbox):
    invite(client, kent)
    send_due(timezone.now)
    token = link_in(mailoutbox[0]).split("/")[-2]
    assert token not in repr(list(Mail.objects.values()))


# --- an address that has an account ---------------------------------------------------------------------------------


def test_page_says_the_same_for_an_address_with_an_account_elsewhere(client, kent, elsewhere):
    """And so do the list, the row's page, and what stands in the outbox."""
    seen = {}
    for email in ("colleague@nowhere.example", elsewhere.email):
        answers = [invite(client, kent, email=email), client.get(LIST)]
        user = StaffUser.objects.get(email=email)
        answers += [client.get(page_of(user)), again(client, user), client.get(page_of(user, "device"))]
        (mail,) = Mail.objects.filter(staff=user).values("kind", "state", "facts", "tries", "expires_at", "language")
        row = str(user.memberships.get(hub=kent).pk)
        seen[email] = [re.sub(rf'(membership/|value="){row}\b', r"\1ROW", without(one, email)) for one in answers]
        seen[email] = [re.sub(r'name="_as_shown" value="[^"]*"', "THE ROW AND ITS ROLE", one) for one in seen[email]]
        seen[email] += [str(mail["facts"].pop("membership")) == row, {**mail, "expires_at": None}]
        user.memberships.get(hub=kent).delete()
    assert "New Colleague" in seen[elsewhere.email][1]
    pairs = zip(seen[elsewhere.email], seen["colleague@nowhere.example"], strict=True)
    assert [lines_apart(*pair) for pair in pairs] == [[]] * 7
    assert "Dr Other Name" not in "".join(seen[elsewhere.email][:5])


def lines_apart(one, other):
    of_one, of_other = str(one).splitlines(), str(other).splitlines()
    return [*(set(of_one) ^ set(of_other)), *(["another order"] if of_one != of_other else [])]


def without(answer, email):
    """A page without what differs each time: secrets, addresses typed, messages' times."""
    text = answer.content.decode().replace(email, "ADDRESS")
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"|\d+:\d\d (a|p)\.m\.', "", text)


def test_somebody_known_is_told_that_they_were_added_and_keeps_name_and_password(client, kent, elsewhere, mailoutbox):
    invite(client, kent, email=elsewhere.email)
    send_due(timezone.now)
    assert mailoutbox[0].subject == "You have been added to Kent & Medway Maths Hub"
    assert link_in(mailoutbox[0]) == "/admin/"
    elsewhere.refresh_from_db()
    assert elsewhere.full_name == "Dr Other Name"
    assert set(elsewhere.memberships.values_list("hub__slug", flat=True)) == {"kent", "london"}
    assert "Dr Other Name" not in client.get(LIST).content.decode()
    sign_in(Client(), elsewhere.email)
    assert "Dr Other Name" in client.get(LIST).content.decode()


def test_somebody_inactive_is_not_written_to(client, kent, elsewhere, mailoutbox):
    elsewhere.is_active = False
    elsewhere.save()
    assert said_on(invite(client, kent, email=elsewhere.email))[0][0] == "success"
    send_due(timezone.now)
    assert mailoutbox == []


def test_member_of_the_hub_is_not_invited_twice(client, kent):
    invite(client, kent)
    answer = invite(client, kent)
    assert "on this hub&#x27;s staff. Open their row" in answer.content.decode()
    assert Membership.objects.filter(hub=kent).count() == 2


def test_inviting_again_writes_again_but_not_at_once(client, kent):
    invite(client, kent)
    user = StaffUser.objects.get(email="new.colleague@school.example")
    assert said_on(again(client, user)) == [("warning", "New Colleague was written to a short while ago.")]
    membership, lead = user.memberships.get(), StaffUser.objects.get(email="lead@kent.example")
    sent = [invite_at(membership, lead, minutes) for minutes in (9, 21, 32, 43, 54, 65, 76)]
    assert sent == [False, True, True, True, True, False, False]
    assert Mail.objects.filter(staff=user).count() == 5


def invite_at(membership, by, minutes):
    return staff_mails.invite(membership, by=by, now=timezone.now() + dt.timedelta(minutes=minutes))


def test_invitation_is_dropped_where_somebody_was_taken_off_again(client, kent, mailoutbox):
    invite(client, kent)
    user = StaffUser.objects.get(email="new.colleague@school.example")
    assert client.post(page_of(user, "delete"), {"post": "yes"}).status_code == 302
    send_due(timezone.now)
    assert mailoutbox == []
    assert StaffUser.objects.filter(pk=user.pk).exists()


@pytest.mark.parametrize(
    "said",
    [
        {"email": ""},
        {"email": "no address"},
        {"email": "é@school.example"},
        {"email": GROWS},
        {"full_name": ""},
        {"role": "x"},
    ],
)
def test_bad_invitation_is_refused_in_words(client, kent, said):
    assert "errorlist" in invite(client, kent, **said).content.decode()
    assert Membership.objects.count() == 1


# --- whose staff -----------------------------------------------------------------------------------------------------


def test_lead_invites_to_their_own_hubs_only(client, kent):
    london = HubFactory(slug="london")
    assert "london" not in client.get(ADD).content.decode()
    answer = invite(client, london)
    assert "Select a valid choice" in answer.content.decode()
    assert Membership.objects.count() == 1


def test_lead_neither_sees_nor_touches_other_hubs_staff(client, elsewhere):
    shown = client.get(LIST).content.decode()
    assert (elsewhere.email in shown, "Other Name" in shown, "london" in shown) == (False, False, False)
    for page in ("change", "delete", "history", "device"):
        answer = client.get(page_of(elsewhere, page), follow=True)
        assert "colleague@london" not in answer.content.decode()
    client.post(page_of(elsewhere), {"role": "lead"})
    client.post(page_of(elsewhere, "delete"), {"post": "yes"})
    again(client, elsewhere)
    assert elsewhere.memberships.get().role == Membership.Role.LEAD
    assert not Mail.objects.exists()


def test_lead_has_no_page_of_accounts_and_no_page_that_sets_a_password(client, lead, kent):
    colleague = make_staff("admin@kent.example", kent, Membership.Role.ADMINISTRATOR)
    for user in (colleague, lead):
        account = reverse("admin:hubs_staffuser_change", args=[user.pk])
        assert client.get(account).status_code == 403
        assert client.post(account, {"email": "mine@kent.example"}).status_code == 403
        assert client.get(f"/admin/hubs/staffuser/{user.pk}/password/", follow=True).status_code in (403, 404)
    assert client.get("/admin/hubs/staffuser/").status_code == 403


def test_lead_changes_a_role_and_nothing_else(client, kent):
    colleague = make_staff("admin@kent.example", kent, Membership.Role.ADMINISTRATOR)
    london = HubFactory(slug="london")
    client.post(page_of(colleague), {"role": "lead", "hub": london.pk, "user": 1, "invited_as": "X"})
    membership = colleague.memberships.get()
    assert (membership.role, membership.hub, membership.invited_as) == ("lead", kent, "")


def test_administrator_invites_nobody(kent):
    colleague = make_staff("admin@kent.example", kent, Membership.Role.ADMINISTRATOR)
    client = Client()
    sign_in(client, colleague.email)
    assert [client.get(page).status_code for page in (LIST, ADD, page_of(colleague))] == [403, 403, 403]
    assert invite(client, kent).status_code == 403


def test_superuser_invites_the_first_lead_and_the_programme_office(admin_client, kent, mailoutbox):
    invite(admin_client, kent, role="lead")
    assert Membership.objects.get().role == "lead"
    office = {"email": "office@ncetm.example", "full_name": "Programme Office", "is_programme_office": "on"}
    admin_client.post("/admin/hubs/staffuser/add/", office)
    user = StaffUser.objects.get(email="office@ncetm.example")
    assert (user.is_programme_office, user.is_superuser, user.has_usable_password()) == (True, False, False)
    send_due(timezone.now)
    assert [mail.subject for mail in mailoutbox][1] == "Your account for Showcase"
    assert link_in(mailoutbox[1]).startswith("/admin/password/")


def test_account_page_has_no_password(admin_client, lead):
    html = admin_client.get(reverse("admin:hubs_staffuser_change", args=[lead.pk])).content.decode()
    assert lead.password not in html
    assert 'type="password"' not in html


def test_who_manages_whom(kent, lead, elsewhere):
    office = make_staff("office@kent.example", kent, is_programme_office=True)
    root = make_staff("root@kent.example", is_superuser=True)
    colleague = make_staff("admin@kent.example", kent, Membership.Role.ADMINISTRATOR)
    of_both = make_staff("both@kent.example", kent)
    Membership.objects.create(user=of_both, hub=elsewhere.memberships.get().hub)
    managing = [user for user in (root, lead, colleague, elsewhere) if may(user, "change", Membership, kent)]
    assert managing == [root, lead]
    others = [colleague, of_both, office, root, elsewhere, lead]
    assert [may_manage_account(lead, one) for one in others] == [True, False, False, False, False, False]
    assert [may_manage_account(root, one) for one in others] == [True, True, True, False, True, True]
    lead.is_active = False
    assert not may(lead, "change", Membership, kent)


# --- a lost device ---------------------------------------------------------------------------------------------------


def test_lead_removes_a_lost_device_and_its_owner_is_told(client, lead, kent, mailoutbox):
    user, _codes = somebody_with_a_device(email="admin@kent.example", hub=kent, role="administrator")
    assert "Remove lost second factor" in client.get(page_of(user)).content.decode()
    asked = client.get(page_of(user, "device"))
    assert heading(asked) == "Remove the second factor of Jo Lead"
    assert TOTPDevice.objects.filter(user=user).exists()
    client.post(page_of(user, "device"))
    assert not TOTPDevice.objects.filter(user=user).exists()
    entry = LogEntry.objects.latest("pk")
    assert (entry.user, entry.object_id, entry.change_message) == (lead, str(user.pk), "Second factor removed.")
    send_due(timezone.now)
    assert (mailoutbox[0].to, mailoutbox[0].subject) == ([user.email], "Your second factor was removed")
    their = Client()
    sign_in(their, user.email)
    assert len(enrol(their, user)) == 10


def test_lead_removes_no_device_of_somebody_who_belongs_elsewhere_too(client, lead, kent):
    user, _codes = somebody_with_a_device(email="both@kent.example", hub=HubFactory(slug="london"))
    Membership.objects.create(user=user, hub=kent)
    assert client.get(page_of(user, "device")).status_code == 403
    assert client.post(page_of(user, "device")).status_code == 403
    enrol(client, lead)
    assert client.post(page_of(lead, "device")).status_code == 403
    assert TOTPDevice.objects.filter(confirmed=True).count() == 2


def test_keys_of_devices_are_on_no_page(admin_client):
    somebody_with_a_device()
    for page in ("otp_totp/totpdevice", "otp_static/staticdevice", "axes/accessattempt"):
        assert admin_client.get(f"/admin/{page}/").status_code == 404
