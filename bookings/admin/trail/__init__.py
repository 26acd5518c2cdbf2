"""What has happened, to look up; imports base and what lies below; trail.py is read first."""
