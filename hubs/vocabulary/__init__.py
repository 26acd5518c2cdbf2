"""Words and values that know no row; imports nothing of ours but itself; teaching.py is read first."""
