"""Conferences: what is held, when and where, who runs it, who pays for what, and which phase is open.

Knows people. Does not know rooms, notes or who comes.
Start at models.py. Promise: every address that a conference has had leads to it for as long as it lives.
"""
