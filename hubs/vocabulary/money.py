"""Money as it is written."""


def pounds(pence: int) -> str:
    """£2.50, or £2, or £4,860."""
    return f"£{pence // 100:,}" if pence % 100 == 0 else f"£{pence / 100:,.2f}"
