"""Finding and importing schools; imports models and vocabulary; search.py is read first."""
