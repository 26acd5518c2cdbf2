"""A real mail server for the hosts of the test: each mail that it takes is a line of JSON in the file it is given.

A program, run on a host of its own: python -m tests.cluster.mailbox FILE
"""

import email
import email.policy
import json
import os
import re
import sys
import time
from typing import Any

from aiosmtpd.controller import Controller

LINK = re.compile(r"https://[^\s<>\"]+/bookings/[^\s<>\"/]+/")


class Kept:
    def __init__(self, path: str) -> None:
        self.paper = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  (aiosmtpd's own name)
        message = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
        plain = message.get_body(("plain",))
        links = LINK.findall(plain.get_content() if plain else "")
        said = {"id": message["Message-ID"], "subject": message["Subject"], "links": list(dict.fromkeys(links))}
        for recipient in envelope.rcpt_tos:
            os.write(self.paper, (json.dumps(said | {"to": recipient, "at": time.monotonic()}) + "\n").encode())
        return "250 Taken"


if __name__ == "__main__":
    Controller(Kept(sys.argv[1]), hostname="0.0.0.0", port=25).start()
    while True:
        time.sleep(3600)
