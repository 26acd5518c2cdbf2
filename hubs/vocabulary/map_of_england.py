"""The sheet on which England is drawn: kilometres of the British National Grid, with the north at the top."""

LEFT, WIDTH, HEIGHT = 124, 536, 660


def across(easting: float) -> float:
    """How far to the right a spot is, in per cent of the sheet."""
    return (easting / 1000 - LEFT) / WIDTH * 100


def down(northing: float) -> float:
    """How far down it is."""
    return (HEIGHT - northing / 1000) / HEIGHT * 100
