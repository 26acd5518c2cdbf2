"""What is kept of people, and how it goes; imports verbs and what lies below; kept.py is read first."""
