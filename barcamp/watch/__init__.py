"""Watching: what the site says about itself, to whoever runs it and to organizers (docs/watching.md).

Lines of the log with the number of their request, figures for Prometheus, readiness, and how things are in words.
Knows every queue; nobody but pages and the jobs worker knows it. What is counted is in barcamp/meters.py.
"""
