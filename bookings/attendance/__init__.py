"""Who has arrived; imports places.py and what lies below; register.py is read first."""
