"""What the public is shown; imports mail and what lies below; session.py is read first."""
