"""What templates say of their language; imports vocabulary alone; language_tags.py is read first."""
