"""Who of the staff may see and do what; imports models and vocabulary; scope.py is read first."""
