"""What the rule is made of; imports states.py, models and hubs; room.py is read first."""
