"""The demo's past exchange: everything in it is made up but the schools, and its pages say so. Read exchange.py first.

It stands here so that the report is worth looking at after the first command. Rows of people are written in bulk, for
real verbs would keep the first start waiting: tests/bookings/test_demo_past.py compares every count with the rows.
"""
