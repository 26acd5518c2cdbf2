"""What machines do to us: servers stopped, frozen, full or away, and what visitors and staff see of it."""
