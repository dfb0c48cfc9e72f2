"""Readers of calendars in other languages, and programs that keep them, all asked the same: what is in this file?

Each script here takes the path of a feed as its last word and prints JSON: a list of [uid, start, end, title, place,
status], times as 2027-10-31T01:15:00Z, whole days as 2027-10-31. programs.py finds them and asks them.
"""
