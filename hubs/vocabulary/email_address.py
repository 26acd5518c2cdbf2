"""How two e-mail addresses are compared."""

import unicodedata


def email_key(address: str) -> str:
    """`address` as it is compared: trimmed, NFKC and casefolded (product.md section 3.6)."""
    return unicodedata.normalize("NFKC", address).strip().casefold()
