"""The page that staff begin with; imports base and what lies below; home.py is read first."""
