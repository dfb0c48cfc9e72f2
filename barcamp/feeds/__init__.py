"""Feeds: the published schedule for calendars, and each person's own agenda behind a secret link.

Knows the schedule's ready fragments and joins them. Does not know how they are made: that is core/ical.
Start at routes.py. Promise: an equal revision gives equal bytes; no clock is asked.
"""
