"""Speakers: one person's talks across conferences, those given here and those elsewhere, on a page of their own.

Knows the published schedule. Does not know how calendars are written: that is core/ical and feeds/.
Start at service.py. Promise: nobody has a page who has not asked for it, and a page's address goes on working.
"""
