"""What is raised where this host has too much to do to answer: 503, and come again."""


class TooBusy(Exception):
    """Nothing was done. Whoever asked may ask again in a few seconds."""
