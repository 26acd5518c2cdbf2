"""Pages; imports all that lies below, never the admin; booking_steps.py is read first."""
