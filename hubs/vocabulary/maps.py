"""A place on OpenStreetMap, which everybody can open: no company learns of it, and no phone is asked where it is."""

from urllib.parse import quote, urlencode


def open_street_map(place: str) -> str:
    """The address at which that place is looked up: a postcode is found better than the name of a school."""
    return "https://www.openstreetmap.org/search?" + urlencode({"query": place}, quote_via=quote)
