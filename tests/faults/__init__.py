"""What happens to machines: each fault made for real, and what visitors and staff see, and what is kept."""
