"""Staff pages of sessions; imports base and what lies below; session.py is read first."""
