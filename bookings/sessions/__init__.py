"""What staff do to a session; imports places.py and what lies below; changes.py is read first."""
