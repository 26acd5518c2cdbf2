"""How staff sign in: a password, a second factor where it is asked for, and how long that lasts."""
