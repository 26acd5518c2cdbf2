"""What comes after a session, of people who came: what they made of it, and what they hold in their hands.

Read asking.py first: who is asked, and the one row that ties somebody to their answers.
"""
