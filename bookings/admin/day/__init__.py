"""Staff pages of a session's day; imports base and what lies below; register.py is read first."""
