"""The stream of changes to open pages: what the log says, and how many stars the notes have.

Knows the log, conferences and the wall's counts; changes nothing.
Start at hub.py. Promise: whoever comes again with the last revision it heard misses no line and hears none twice.
"""
