"""What is done to a booking; imports places.py and what lies below; waiting_list.py is read first."""
