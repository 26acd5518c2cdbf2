"""Somebody with a browser and no script, outside the machine: follows pages and forms over HTTPS, keeps cookies."""

import http.client
import json
import re
import socket
import ssl
from pathlib import Path
from urllib.parse import urlencode

NAME = "showcase.example"


class Visitor:
    """Trusts the certificate that the guide made."""

    def __init__(self, certificate: Path) -> None:
        self.context = ssl.create_default_context(cafile=str(certificate))
        self.cookies: dict[str, str] = {}

    def get(self, path: str) -> str:
        return self._ask("GET", path)[1]

    def post(self, path: str, page: str, **fields: str) -> str:
        """Send a form of `page`; where it leads to."""
        (secret, *_rest) = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(page))
        body = urlencode(fields | {"csrfmiddlewaretoken": secret})
        status, said, leads_to = self._ask("POST", path, body, page)
        assert status in (302, 303), said
        return leads_to

    def book(self, *, email: str) -> None:
        """All steps for the first session that can be booked, until the page that says look in your email."""
        found = json.loads(self.get("/sessions.json"))["sessions"]
        (ref, *_rest) = [re.findall(r"/sessions/(\w+)/", json.dumps(one))[0] for one in found if can_be_booked(one)]
        start = f"/sessions/{ref}/book/"
        of_their_own = f"{email.partition('@')[0].title()} Lane School"  # a school has a share of the places
        school = {"kind": "independent", "name": of_their_own, "place": "Kent"}
        assert self.post(f"{start}other/", f"{start}other/", **school) == f"{start}who/"
        contact = {"coming": "yes", "name": "Ada Teacher", "email": email, "role_own": "1"}
        assert self.post(f"{start}who/", f"{start}who/", **contact) == f"{start}check/"
        leads_to = self.post(f"{start}check/", f"{start}check/")
        assert leads_to == f"{start}sent/", self.get(leads_to)

    def _ask(self, method: str, path: str, body: str | None = None, page: str = "") -> tuple[int, str, str]:
        line = http.client.HTTPSConnection(NAME, context=self.context, timeout=60)
        line.sock = self.context.wrap_socket(socket.create_connection(("127.0.0.1", 443), 60), server_hostname=NAME)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Referer": f"https://{NAME}{page}"}
        line.request(method, path, body, headers)
        answer = line.getresponse()
        said = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, rest = cookie.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        line.close()
        assert answer.status < 400, f"{method} {path}: {answer.status}\n{said[:1500]}"
        return answer.status, said, answer.headers.get("Location", "")


def can_be_booked(session: dict[str, object]) -> bool:
    return session.get("status") == "open"
