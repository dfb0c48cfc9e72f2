"""Plain Python under everything: text, times, calendars, tables and the timetable.

Values in, values out: no Flask, no database, no clock, and no randomness that is not passed in.
Start at times.py or slugs.py; timetable/ is the scheduler. Promise: equal input gives equal output, byte for byte.
"""
