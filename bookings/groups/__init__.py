"""Groups of nearby schools, from the interest of one teacher to a place at every meeting. inviting.py is read first.

`inviting` is what teachers, heads and staff do to a school's invitation; `enrolling` books what a yes promises, meeting
by meeting; `meetings` makes them; `nearest` proposes schools; `telling` writes to people. `dates` is what all say of a
group.
"""
