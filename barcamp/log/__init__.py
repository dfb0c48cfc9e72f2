"""The log: one gap-free line of changes per conference, the spine of everything that must notice a change.

Knows nothing above it: conferences, people and notes are only ids and words here.
Start at service.py. Promise: revisions of a conference are 1, 2, 3, … in the order of their commits.
"""
