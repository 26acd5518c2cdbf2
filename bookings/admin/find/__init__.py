"""One search for staff; imports the staff pages of bookings and what lies below; finding.py is read first."""
