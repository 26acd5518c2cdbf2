"""What happens to machines, made to happen: frozen, killed, full, or with a wrong clock. Servers of the tests' own."""
