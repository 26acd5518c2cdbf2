"""What comes after a session, of people who came: certificates, and what they made of it; imports places.py and below.

Of what they made of it asking.py is read first: who is asked, and the one row that ties somebody to their answers.
"""
