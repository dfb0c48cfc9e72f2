"""Screens: the projector in the hall, the sign at a room's door, and the pitch round that an organizer leads.

Composes the wall, the venue and the published schedule; keeps nothing of its own. Start at routes/screen.py.
Promise: a screen shows what everybody may see, whoever is signed in on it, and looks after itself for a whole day.
"""
