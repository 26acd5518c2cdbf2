"""How the installation itself is: whether this host can serve, what is wrong anywhere, who is told; status.py first.

Nothing here takes a host out for what is wrong elsewhere: ready.py alone says whether *this* host can serve.
"""
