"""Mail: letters are rows of an outbox, written in the same commit as their cause, sent by the jobs worker.

Knows settings and the database, not people: a letter has an address and a text.
Start at letters.py. Promise: a letter whose cause was committed is sent, once, or its failure is on record.
"""
