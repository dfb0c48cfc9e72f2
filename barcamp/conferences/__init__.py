"""Conferences: what is held, when and where, who runs it, who pays for what, and which phase is open.

Knows people. Does not know rooms, notes or who comes.
Start at models.py. Promise: a conference's slug never changes, so its addresses live as long as it does.
"""
