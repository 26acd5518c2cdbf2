"""What an exchange came to, in figures: of a hub, a visit, a session, a group or the whole country.

Read cells.py and leaving.py first: every figure says what it is, and what leaves the hub is made of that by one
function. Then selection.py (of what, and for whom), section.py (what a report is made of), contents.py (the sections).
Facts are asked in a constant number of statements and counted by the database. It stands beside public/.
"""
