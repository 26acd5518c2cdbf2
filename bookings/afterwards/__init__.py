"""What comes after a session; imports places.py and what lies below; certificates.py is read first."""
