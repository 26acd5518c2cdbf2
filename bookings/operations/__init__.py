"""The installation itself: whether this host can serve, what is wrong anywhere, who is told (status.py first); backups
(archive.py first), and mail that is held.

Nothing here takes a host out for what is wrong elsewhere: ready.py alone says whether *this* host can serve.
"""
