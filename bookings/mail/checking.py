"""One mail sent by hand, step by step in words; and which records the domain needs for others to believe it.

Past the outbox: it asks whether the mail server can be had at all, and must work where nothing else does.
"""

from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.utils import DNS_NAME

from bookings.mail.answers import in_words
from bookings.mail.calendar_entry import our_address
from bookings.mail.line import Encrypted, Line, MayHaveArrived, Plain
from bookings.mail.rendering import can_be_written_to
from bookings.mail.return_path import of_token
from hubs.vocabulary.logs import without_private
from hubs.vocabulary.one_line import one_line

TEXT = """This email checks that {site} can send. Nobody has to do anything about it.

In most mail programs "show original" or "message source" shows a line Authentication-Results.
It should say spf=pass, dkim=pass and dmarc=pass.
"""
OF_NO_MAIL = "check"  # what comes back of it is about no mail of ours
Answer = tuple[int, bytes]


class CannotSend(Exception):
    """It stopped at a step, which has been said."""


def send_one(address: str) -> Iterator[str]:
    """Send one mail, and say in a line what happened at each step. Raises CannotSend once it is said why not."""
    line = get_connection()
    if not can_be_written_to(address):
        yield "That is not an address that mail can be sent to."
        raise CannotSend
    if not isinstance(line, Line):
        yield "This installation sends no mail, it keeps it in a folder. Set EMAIL_URL."
        raise CannotSend
    call = Call(line)
    try:
        for says, does, hint in call.steps(address):
            try:
                yield f"{says}: yes. {does()}".rstrip()
            except (OSError, MayHaveArrived) as error:
                yield f"{says}: no. {in_words(error)}"
                yield f"    {hint}"
                raise CannotSend from error
    finally:
        call.hang_up()


class Call:
    """One connection to the mail server, each step by itself."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.server: Plain | Encrypted | None = None

    def steps(self, address: str) -> Iterator[tuple[str, Callable[[], str], str]]:
        """What is done, by what, and what to look at where it fails."""
        line, sender = self.line, of_token(OF_NO_MAIL) or our_address()
        said = "Is the mail server up, the port right, and does a firewall let us out?"
        yield f"1. Connect to {line.host}, port {line.port}", self._connect, said
        if line.use_tls:
            said = "It must know STARTTLS, with a certificate that is in date and in its name."
            yield "2. Encrypt", self._encrypt, said
        elif line.use_ssl:
            yield "2. Encrypt", lambda: "From the start.", ""
        if line.username:
            said = "Are user name and password in EMAIL_URL right? Special letters in them are written %XX there."
            yield f"3. Sign in as {line.username}", self._sign_in, said
        said = f"It does not let us send as {sender}: sign in, or have it allow this host and that address."
        yield f"4. Send as {sender}", lambda: self._ask("mail", sender), said
        said = "4xx: later, perhaps. 550 5.1.1: nobody has that address. 5.7.1: it relays nothing for us: sign in."
        yield f"5. To {address}", lambda: self._ask("rcpt", address), said
        said = "It read the mail and did not take it. Where it says nothing at all, the mail may still arrive."
        yield "6. The mail itself", lambda: self._say(sender, address), said

    def _connect(self) -> str:
        line, name, seconds = self.line, DNS_NAME.get_fqdn(), settings.EMAIL_TIMEOUT
        if line.use_ssl:
            self.server = Encrypted(line.host, line.port, name, timeout=seconds, context=line.ssl_context)
        else:
            self.server = Plain(line.host, line.port, name, timeout=seconds)
        self.server.ehlo_or_helo_if_needed()
        return ""

    def _encrypt(self) -> str:
        return _in_words(self._there.starttls(context=self.line.ssl_context))

    def _sign_in(self) -> str:
        return _in_words(self._there.login(self.line.username, self.line.password))

    def _ask(self, what: str, address: str) -> str:
        self._there.ehlo_or_helo_if_needed()
        return _accepted(getattr(self._there, what)(address))

    def _say(self, sender: str, address: str) -> str:
        message = EmailMessage()
        message["From"], message["To"] = f"Showcase <{our_address()}>", address
        message["Subject"], message["Date"] = "Showcase: this email checks the mail server", formatdate()
        message["Message-ID"] = make_msgid(OF_NO_MAIL, domain=our_address().rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(TEXT.format(site=settings.SITE_URL))
        return _accepted(self._there.data(message.as_bytes()))

    @property
    def _there(self) -> Plain | Encrypted:
        if self.server is None:
            raise CannotSend
        return self.server

    def hang_up(self) -> None:
        if self.server:
            try:
                self.server.quit()
            except OSError:
                self.server.close()


class NotAccepted(OSError):
    """The server said no."""


def _accepted(answer: Answer) -> str:
    code, _said = answer
    if not 200 <= code < 300:
        raise NotAccepted(_in_words(answer))
    return _in_words(answer)


def _in_words(answer: Answer) -> str:
    code, said = answer
    return without_private(one_line(f"{code} {said.decode(errors='replace')}"))[:200]


def records() -> Iterator[str]:
    """Which records make other mail servers believe that our mails are ours. Nothing is looked up."""
    ours, back = our_address().rpartition("@")[2], (of_token(OF_NO_MAIL) or our_address()).rpartition("@")[2]
    host = settings.EMAIL_HOST
    yield "Other mail servers believe a mail by three records of the domain. Nothing was looked up here:"
    yield "`dig +short TXT <name>` shows what a name has, and the mail that arrives says whether all three pass."
    yield ""
    yield f"SPF: which servers send for {back}, where mails come back to. One record a domain, of all who send for it."
    yield f'    {back}.  TXT  "v=spf1 a:{host} -all"'
    yield "    Of a provider's mail server it is what they say, such as include:spf.provider.example in place of a:…"
    yield ""
    yield f"DKIM: the mail server signs each mail in the name of {ours} (d={ours}), by a key that it makes, and says"
    yield "what to write here:"
    yield f'    <selector>._domainkey.{ours}.  TXT  "v=DKIM1; k=rsa; p=<its public key>"'
    yield ""
    yield "DMARC: what others do with mail that passes neither, and whom they tell. Begin with p=none; once the reports"
    yield "name nobody but you, p=quarantine."
    yield f'    _dmarc.{ours}.  TXT  "v=DMARC1; p=none; rua=mailto:postmaster@{ours}"'
    yield ""
    if not settings.BOUNCE_ADDRESS:
        yield "BOUNCE_ADDRESS is not set: a mail that comes back is told to nobody here (docs/running.md, Mail)."
    else:
        yield f"Mail to {of_token('…')} must reach `manage.py bounce`: {back} needs an MX that leads there."
    if back != ours and not back.endswith(f".{ours}") and not ours.endswith(f".{back}"):
        yield f"{back} is not of {ours}: SPF does not count for DMARC then, and all depends on DKIM."
