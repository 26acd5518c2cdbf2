"""The rule as a machine: random teachers, staff, mails and clock against two sessions (rule.md#booking-essential).

After each step: places taken are the seated visitors, and no more than the room holds; each school keeps to its share
unless staff said why; nobody on the list who could use a place was passed over; one booking each; every change has one
audit entry, as the table says, and its mails; and no answer depended on the address that was typed.
"""

import datetime as dt
import os
import uuid
from collections import Counter

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from bookings import places
from bookings.due import run_due
from bookings.mail.sending import send_due
from bookings.mail_kinds import MAILS, Kind, To
from bookings.models import AddressChange, AuditEntry, Booking, By, HandOver, Mail, Places, SchoolKind, Visitor
from bookings.operations.counting import miscounted
from bookings.rule import allowance
from bookings.rule.mails import LAPSES
from bookings.rule.party import Correction, NewVisitor, Party, VisitingSchool
from bookings.rule.refusals import Refused
from bookings.sessions import changes, one_network
from bookings.states import FROZEN, LIVE, SEATED, SessionStatus, Status, row_for
from bookings.verbs import addresses, another_session, contact, hand_over, staff_booking, unproved, waiting_list
from bookings.verbs import details as put_right
from bookings.verbs import visitors as details
from bookings.verbs import visitors as parties
from bookings.verbs.contact import live_party
from bookings.verbs.enrol import enrol
from bookings.verbs.needs import arrange
from bookings.verbs.school import change_school
from tests.bookings.observed import rows_of
from tests.factories import NOW, HubYearFactory, SchoolFactory, SessionFactory, StaffFactory

NETWORKS = ["", "a" * 32, "b" * 32]  # "": staff, or a link that has proved its address
ADDRESSES = [f"teacher{n}@school.example" for n in range(5)]
MOST_UNPROVED = 2  # places of one network: twenty would never be reached in rooms of six
EXAMPLES = int(os.environ.get("RULE_EXAMPLES", "15"))
STEPS = [dt.timedelta(**step) for step in ({"minutes": 5}, {"hours": 3}, {"hours": 12}, {"days": 2}, {"days": 6})]

which = st.integers(0, 1)
person = st.sampled_from(ADDRESSES)
school = st.integers(0, 3)  # 3: no school just now
any_school = st.integers(0, 5)  # 4 and 5: typed
size = st.integers(1, 3)
network = st.sampled_from(NETWORKS)


class RuleMachine(RuleBasedStateMachine):
    """Everybody at once, one step at a time."""

    bookings = Bundle("bookings")

    def __init__(self):
        super().__init__()
        self.block = transaction.atomic()
        self.block._from_testcase = True  # verbs begin transactions of their own inside
        self.block.__enter__()
        self.now = NOW
        self.overridden = set()
        self.seen = {}
        self.last_entry = self.step_began = 0

    def teardown(self):
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)
        mail.outbox.clear()

    @initialize(
        capacity=st.integers(1, 5),
        held_back=st.integers(0, 2),
        share=st.sampled_from([None, 1, 2]),
        for_good=st.booleans(),
    )
    def begin(self, capacity, held_back, share, for_good):
        self.staff = StaffFactory()
        self.schools = [SchoolFactory() for _ in range(3)]
        sizes = [(capacity, min(held_back, capacity - 1), share), (2, 0, 2)]
        hub = HubYearFactory()
        self.sessions = [
            SessionFactory(hub_year=hub, room__capacity=room, room__held_back=kept, share=each, share_for_good=for_good)
            for room, kept, each in sizes
        ]

    # --- what anybody does ------------------------------------------------------------------------------------------

    def clock(self):
        return self.now

    def party(self, email, school, size, **fields):
        visiting = self.visiting(school)
        others = tuple(NewVisitor(full_name=f"Colleague {n}") for n in range(size - 1))
        return Party(
            contact_name="Teacher", contact_email=email, school=visiting, visitors=(NewVisitor(), *others), **fields
        )

    def visiting(self, school):
        if school == 3:
            return VisitingSchool(kind=SchoolKind.NONE)
        if school > 3:
            return VisitingSchool(kind=SchoolKind.INDEPENDENT, name=f"Invented {school}", place="Nowhere")
        return VisitingSchool(school=self.schools[school])

    def answer(self, ask):
        """What a form would answer: a refusal and what it says, or that a mail is on its way."""
        try:
            done = ask()
        except Refused as refused:
            return type(refused).__name__, {name: value for name, value in vars(refused).items() if name != "args"}
        return "Check your email", getattr(done, "held", None)

    def ask(self, ask, email):
        """Ask, having seen that an address which nobody has used is answered the same."""
        inside = transaction.savepoint()
        unknown = self.answer(lambda: ask(f"{uuid.uuid4().hex}@nobody.example"))
        transaction.savepoint_rollback(inside)
        made = []
        assert self.answer(lambda: made.append(ask(email)) or made[0]) == unknown
        return self.booking_of(made[0]) if made else None

    def done(self, verb):
        """The booking that a verb leaves, or None where it was refused."""
        try:
            return self.booking_of(verb())
        except Refused:
            return None

    def booking_of(self, made):
        return made.booking if isinstance(made, (waiting_list.Joined, parties.Added)) else made

    def done_many(self, verb):
        try:
            return verb()
        except Refused:
            return []

    def pk(self, booking):
        return booking.pk if booking else 0

    @rule(target=bookings, n=which, email=person, school=any_school, size=size, network=network, first=st.booleans())
    def hold(self, n, email, school, size, network, first):
        def ask(address):
            party = self.party(address, school, size, network=network)
            return places.hold(self.sessions[n].pk, party, clock=self.clock, first=first)

        return self.ask(ask, email)

    @rule(target=bookings, network=st.sampled_from(NETWORKS[1:]))
    def one_network_again_and_again(self, network):
        """Each time another person, in the larger room: of schools that they typed, and of none, which has no share."""
        emails = [f"{uuid.uuid4().hex}@script.example" for _ in range(4)]
        people = [self.party(email, one, 1, network=network) for email, one in zip(emails, (4, 5, 3, 3), strict=True)]
        made = [self.done(lambda one=one: places.hold(self.sessions[0].pk, one, clock=self.clock)) for one in people]
        return multiple(*made)

    @rule(booking=bookings)
    def drop_all(self, booking):
        if booking:
            unproved.drop_all([booking], clock=self.clock)

    @rule(n=which)
    def let_go(self, n):
        held = Booking.objects.filter(session=self.sessions[n], held_from__isnull=False)
        references = [one.reference for one in held]
        one_network.let_go(self.sessions[n].pk, references, by=self.staff, clock=self.clock, why="a script")

    @rule(
        target=bookings,
        n=which,
        email=person,
        school=any_school,
        size=size,
        fewer=st.booleans(),
        chosen=st.sets(st.integers(0, 2)),
        network=network,
        first=st.booleans(),
    )
    def join(self, n, email, school, size, fewer, chosen, network, first):
        def ask(address):
            party = self.party(address, school, size, network=network, seated_first=tuple(sorted(chosen)))
            at_least = len(chosen) if fewer else 0
            session = self.sessions[n].pk
            how = {"fewer": fewer, "at_least": min(at_least, size), "first": first}
            return waiting_list.join(session, party, clock=self.clock, **how)

        return self.ask(ask, email)

    @rule(target=bookings, n=which, email=person, school=school, size=size)
    def enrol(self, n, email, school, size):
        """A school's yes to its group; who may is proved by the invitation's link, so the address is no secret here."""
        return self.done(lambda: enrol(self.sessions[n].pk, self.party(email, school, size), clock=self.clock))

    @rule(booking=bookings)
    def confirm(self, booking):
        if booking:
            self.done(lambda: places.confirm(booking.pk, clock=self.clock))

    @rule(booking=bookings)
    def wait(self, booking):
        if booking:
            self.done(lambda: waiting_list.wait(booking.pk, clock=self.clock))

    @rule(booking=bookings, whole_party=st.booleans())
    def cancel(self, booking, whole_party):
        if booking:
            self.done(lambda: places.cancel(booking.pk, clock=self.clock, whole_party=whole_party))

    @rule(booking=bookings, n=st.integers(0, 2))
    def release(self, booking, n):
        visitors = list(Visitor.objects.filter(booking=self.pk(booking)))
        if visitors:
            self.done(lambda: details.release(visitors[n % len(visitors)].pk, clock=self.clock))

    @rule(target=bookings, booking=bookings, may_wait=st.booleans())
    def add(self, booking, may_wait):
        if booking is None:
            return None
        colleague, key = NewVisitor(full_name="Added"), uuid.uuid4()
        return self.done(
            lambda: parties.add_visitor(booking.pk, colleague, clock=self.clock, key=key, may_wait=may_wait)
        )

    @rule(
        booking=bookings,
        to=st.sampled_from([*ADDRESSES, "colleague@school.example"]),
        adds=st.sampled_from(["", "ramp"]),
    )
    def correct(self, booking, to, adds):
        colleague = Visitor.objects.coming().filter(booking=self.pk(booking), is_contact=False).first()
        if colleague:
            said = {colleague.pk: Correction(full_name="Corrected", email=to, adds=adds)}
            self.done(lambda: put_right.change_details(booking.pk, visitors=said, clock=self.clock))

    @rule(booking=bookings, email=person)
    def ask_for_address(self, booking, email):
        if booking is None:
            return
        colleagues = Visitor.objects.filter(booking__in=live_party(booking), is_contact=False)
        if colleagues.filter(email_key=email).exists() or Booking.objects.get(pk=booking.pk).email_key == email:
            return  # which the contact is told: they can see their colleagues' addresses

        def ask(address):
            addresses.ask_for_address(booking.pk, address, clock=self.clock)

        self.ask(ask, email)

    @precondition(lambda self: AddressChange.objects.open().exists())
    @rule()
    def take_address(self):
        asked = AddressChange.objects.open().first()
        self.done(lambda: addresses.take_address(asked.pk, asked.link_version, clock=self.clock))

    @rule(booking=bookings)
    def arrange(self, booking):
        visitor = Visitor.objects.with_needs().filter(booking=self.pk(booking)).first()
        if visitor:
            read = visitor.what_they_need
            self.done(lambda: arrange(visitor.pk, "Arranged", read=read, by=self.staff, clock=self.clock))

    @rule(booking=bookings, to=person, pressed_by=st.sampled_from(["contact", "visitor"]))
    def give(self, booking, to, pressed_by):
        visitor = Visitor.objects.filter(booking=self.pk(booking)).first()
        taker = NewVisitor(full_name="Taker", email=f"taker.{to}")
        if visitor:
            self.done(lambda: hand_over.hand_over(visitor.pk, taker, clock=self.clock, pressed_by=pressed_by))

    @precondition(lambda self: HandOver.objects.open().exists())
    @rule(back=st.booleans())
    def take(self, back):
        verb = hand_over.take_back if back else hand_over.take
        self.done(lambda: verb(HandOver.objects.open().first().visitor_id, clock=self.clock))

    # --- what staff, the mail server and the clock do ---------------------------------------------------------------

    @rule(target=bookings, n=which, school=school, size=size, kept=st.booleans(), why=st.sampled_from(["", "a guest"]))
    def book(self, n, school, size, kept, why):
        session = self.sessions[n]
        asked = self.party("", school, size)
        booking = self.done(
            lambda: staff_booking.staff_booking(
                session.pk, asked, by=self.staff, clock=self.clock, use_held_back=kept, why=why
            )
        )
        if booking and why:
            self.overridden.add((session.pk, booking.school_key))
        return booking

    @rule(booking=bookings, cancel=st.booleans())
    def staff_decide(self, booking, cancel):
        if booking is None:
            return
        if cancel:
            self.done(lambda: places.cancel(booking.pk, by=self.staff, why="asked", clock=self.clock))
        elif stands := self.done(lambda: places.confirm(booking.pk, by=self.staff, clock=self.clock)):
            self.overridden.add((stands.session_id, stands.school_key))

    @rule(booking=bookings, n=which, kept=st.booleans(), why=st.sampled_from(["", "they rang"]))
    def move(self, booking, n, kept, why):
        if booking is None:
            return
        staff, session = self.staff, self.sessions[n]
        moved = self.done(
            lambda: another_session.to_another_session(
                booking.pk, session.pk, by=staff, clock=self.clock, use_held_back=kept, why=why
            )
        )
        if moved and why:
            self.overridden.add((session.pk, moved.school_key))

    @rule(booking=bookings, n=st.integers(0, 2), why=st.sampled_from(["", "they rang"]))
    def take_out(self, booking, n, why):
        visitors = list(Visitor.objects.filter(booking=self.pk(booking)))
        if visitors:
            visitor = visitors[n % len(visitors)]
            self.done(lambda: parties.take_out(visitor.pk, by=self.staff, clock=self.clock, why=why))

    @rule(target=bookings, booking=bookings, may_wait=st.booleans(), why=st.sampled_from(["", "they rang"]))
    def put_in(self, booking, may_wait, why):
        if booking is None:
            return None
        colleague, key, how = NewVisitor(full_name="Put in"), uuid.uuid4(), {"by": self.staff, "clock": self.clock}
        added = self.done(lambda: parties.put_in(booking.pk, colleague, key=key, why=why, may_wait=may_wait, **how))
        if added and why:
            self.overridden.add((added.session_id, added.school_key))
        return added

    @rule(booking=bookings, n=school, why=st.sampled_from(["", "picked wrong"]))
    def change_school(self, booking, n, why):
        if booking is None:
            return
        kind = SchoolKind.NONE if n == 3 else SchoolKind.REGISTER
        picked = VisitingSchool(kind=kind, school=None if n == 3 else self.schools[n])
        changed = self.done_many(lambda: change_school(booking.pk, picked, by=self.staff, clock=self.clock, why=why))
        if changed and why:
            self.overridden.add((changed[0].session_id, changed[0].school_key))

    @rule(booking=bookings, to=st.sampled_from(["", *ADDRESSES]), needs=st.sampled_from(["", "ramp"]))
    def staff_correct(self, booking, to, needs):
        visitor = Visitor.objects.coming().filter(booking=self.pk(booking)).last()
        if visitor:
            said = Correction(full_name="Corrected by staff", email=to or None, needs=needs)
            self.done(lambda: put_right.correct(visitor.pk, said, by=self.staff, clock=self.clock) and None)

    @rule(booking=bookings, email=person, at_once=st.booleans())
    def staff_readdress(self, booking, email, at_once):
        if booking is None:
            return
        how = {"by": self.staff, "clock": self.clock}
        if at_once:
            said = {"name": "Teacher", "email": email, "mobile": "", "why": "Typed wrong"}
            self.done(lambda: contact.put_right(booking.pk, **said, **how))
        else:
            self.done(lambda: addresses.ask_for_address(booking.pk, email, **how))

    @rule(n=which, capacity=st.integers(0, 6), held_back=st.integers(0, 2))
    def set_places(self, n, capacity, held_back):
        self.done(
            lambda: changes.set_places(
                self.sessions[n].pk, capacity=capacity, held_back=held_back, by=self.staff, clock=self.clock
            )
        )

    @rule(n=which, opens=st.booleans())
    def open_or_close(self, n, opens):
        verb = changes.open_booking if opens else changes.close_booking
        self.done(lambda: verb(self.sessions[n].pk, by=self.staff, clock=self.clock))

    @rule(n=which, verb=st.sampled_from([changes.postpone, changes.cancel_session]))
    def snow(self, n, verb):
        self.done(lambda: verb(self.sessions[n].pk, by=self.staff, clock=self.clock))

    @rule(n=which)
    def thaw(self, n):
        self.done(lambda: changes.reinstate(self.sessions[n].pk, by=self.staff, clock=self.clock))

    @rule()
    def mails_are_sent(self):
        send_due(self.clock)

    @rule(step=st.sampled_from(STEPS))
    def time_passes(self, step):
        self.now += step

    @rule()
    def worker(self):
        run_due(self.clock)
        for session in self.sessions:
            assert self.could_be_offered(session) == []

    # --- what holds after every step --------------------------------------------------------------------------------

    @invariant()
    def places_taken_are_the_seated_visitors(self):
        assert rows_of(miscounted) == []
        for row in Places.objects.all():
            assert row.places_taken + row.held_back <= row.capacity

    @invariant()
    def networks_keep_to_their_allowance(self):
        """And nothing says from where a place was asked for once it is proved or has ended."""
        for session in getattr(self, "sessions", []):
            held = list(Booking.objects.filter(session=session, held_from__isnull=False))
            if not held:
                continue
            assert {(one.status, one.address_proved_at) for one in held} <= {(Status.HELD, None)}
            made = AuditEntry.objects.filter(verb="hold", session=session).values_list("booking", "places")
            as_held = dict(made)  # whom its link has added since has proved the address
            for network in NETWORKS:
                asked = [one for one in held if one.held_from == network]
                assert sum(min(one.party, as_held[one.pk]) for one in asked) <= MOST_UNPROVED
                typed = [one for one in asked if one.school_kind == SchoolKind.INDEPENDENT]
                if share := self.share_of(session):
                    assert sum(min(one.party, as_held[one.pk]) for one in typed) <= share

    @invariant()
    def schools_keep_to_their_share(self):
        for session in getattr(self, "sessions", []):
            if self.share_of(session):
                for key, seats in self.seats_by_school(session).items():
                    assert seats <= session.share or key == "none" or (session.pk, key) in self.overridden

    @invariant()
    def one_each(self):
        live = Booking.objects.filter(status__in=LIVE, goes_with=None, email_key__isnull=False)
        each = list(live.values_list("session", "school_key", "email_key"))
        assert len(each) == len(set(each))
        come = list(live.filter(contact_comes=True).values_list("session", "email_key"))
        assert len(come) == len(set(come))

    @invariant()
    def every_change_is_one_row_of_the_table_with_its_mails(self):
        stands = dict(self.seen)
        for entry in AuditEntry.objects.filter(pk__gt=self.last_entry, booking__isnull=False).order_by("pk"):
            row = row_for(entry.verb, entry.from_status)
            assert row is not None
            assert entry.from_status == stands.get(entry.booking_id, "")
            assert entry.to_status == (row.to or entry.from_status)
            assert entry.at == self.now
            assert (entry.by == By.STAFF) == (entry.staff_id is not None)
            stands[entry.booking_id] = entry.to_status
            of_entry = Mail.objects.filter(dedupe_key__startswith=f"{entry.pk}:")
            assert {
                kind for kind in of_entry.values_list("kind", flat=True) if MAILS[kind].to is not To.CONTACT
            } <= set(row.mails)
            tell = [mail for mail in self.to_contacts(entry.at) if entry.pk in mail.facts["tells"]]
            spared = row.mails and set(row.mails) <= set(LAPSES) and not tell  # an address that never proved anything
            if spared and not Booking.objects.filter(
                email_key=entry.booking.email_key, address_proved_at__isnull=False
            ):
                told = Mail.objects.filter(kind__in=LAPSES, recipient_key=entry.booking.email_key)
                assert any(timezone.localdate(one.created_at) == timezone.localdate(entry.at) for one in told)
                self.last_entry = entry.pk
                continue
            kinds = [kind for kind in row.mails if MAILS[kind].to is To.CONTACT]
            knows = kinds == [Kind.PLACE_HANDED] and not tell  # the contact did it, or it was their own place
            assert len(tell) == (1 if kinds and entry.booking.contact_email and not knows else 0)
            self.last_entry = entry.pk
        now = dict(Booking.objects.values_list("pk", "status"))
        assert now == stands
        self.seen = now

    def to_contacts(self, at):
        """What contacts were told by verbs at that moment; a mail of a party tells of several of its bookings."""
        made = Mail.objects.filter(created_at=at, booking__isnull=False, visitor=None).select_related("booking")
        return [mail for mail in made if "tells" in mail.facts]

    @invariant()
    def a_contact_gets_one_mail_of_a_press(self):
        """And one more at most of what was due before it, and was settled first."""
        of_step = list(AuditEntry.objects.filter(pk__gt=self.step_began).values_list("pk", flat=True))
        if not of_step:
            return
        told = [mail for mail in self.to_contacts(self.now) if set(mail.facts["tells"]) & set(of_step)]
        each = Counter((mail.session_id, mail.booking.first_id) for mail in told)
        assert max(each.values(), default=0) <= 2
        self.step_began = max(of_step)

    @invariant()
    def nobody_was_passed_over(self):
        """A session that has just been locked has offered all that somebody could use."""
        touched = set(AuditEntry.objects.filter(at=self.now).values_list("session_id", flat=True))
        for session in getattr(self, "sessions", []):
            if session.pk in touched:
                assert self.could_be_offered(session) == []

    # --- a simple model of the list ---------------------------------------------------------------------------------

    def share_of(self, session):
        lifted = not session.share_for_good and session.share and self.now >= session.share_until
        return None if lifted else session.share

    def seats_by_school(self, session):
        seats = {}
        seated = Booking.objects.filter(session=session, status__in=SEATED).values_list("school_key", "party")
        for key, party in seated:
            seats[key] = seats.get(key, 0) + party
        return seats

    def could_be_offered(self, session):
        """Waiting parties, proved, that fit into what is free now; said in another way than the rule says it."""
        row = Places.objects.get(pk=session.pk)
        kept = row.held_back if self.now < session.release_at else 0
        left = row.capacity - row.places_taken - kept
        over = self.now >= min(session.waiting_closes_at, session.starts_at)
        if row.status in FROZEN or row.status not in (SessionStatus.OPEN, SessionStatus.CLOSED) or over:
            return []
        share = self.share_of(session)
        seats = self.seats_by_school(session)
        found = []
        for booking in Booking.objects.filter(session=session, status=Status.WAITING, address_proved_at__isnull=False):
            free = left
            if share is not None and booking.school_key != "none":
                free = min(free, share - seats.get(booking.school_key, 0))
            if free >= (booking.smallest_party or booking.party):
                found.append(booking.pk)
        return found


@pytest.mark.slow
@pytest.mark.django_db
def test_rule_holds_whatever_anybody_does(monkeypatch):
    monkeypatch.setattr(allowance, "LEAST", MOST_UNPROVED)
    run(
        RuleMachine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
