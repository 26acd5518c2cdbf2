"""Staff pages of bookings and visitors; imports base and what lies below; booking.py is read first."""
