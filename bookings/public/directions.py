"""How to get to a session: the phone's own map, OpenStreetMap, and the postcode.

No one address opens the map of every phone. Apple's opens from https://maps.apple.com/, every map of Android from geo:
(RFC 5870), and a link to one company's map would send everybody there. So "Directions" is an address of ours that leads
each to its own; what it cannot tell goes to OpenStreetMap. Nobody is asked where they are.
"""

from typing import Any
from urllib.parse import quote, urlencode

from hubs.vocabulary import maps

APPLE = ("iPhone", "iPad", "Macintosh")  # an iPad says that it is a Macintosh
WITHOUT_GEO = "; wv)"  # the browser inside another Android app opens web addresses alone


def address_in_line(session: Any) -> str:
    """The place as one types it into a map; empty while it is to be announced."""
    if not session.where_name:
        return ""
    town = " ".join(part for part in (session.where_town, session.where_postcode) if part)
    return ", ".join(part for part in (session.where_name, session.place_address, town) if part)


def open_street_map(session: Any) -> str:
    """The place on OpenStreetMap, for whoever wants no map of their phone."""
    return maps.open_street_map(session.where_postcode or address_in_line(session))


def own_map(session: Any, user_agent: str) -> str:
    """Where the map of the phone or computer that asks opens at the place."""
    address = address_in_line(session)
    if any(name in user_agent for name in APPLE):
        return "https://maps.apple.com/?" + urlencode({"daddr": address}, quote_via=quote)
    if "Android" in user_agent and WITHOUT_GEO not in user_agent:
        return f"geo:0,0?q={quote(address)}"
    return open_street_map(session)
