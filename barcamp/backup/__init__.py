"""Backups: the whole site in one file, back again, each hour by itself; and from one kind of database to the other.

Knows every table (`tables.py`), but no page and no command; the shell's doors are in cli/backup.py.
Start at making.py. Promise: a file that has its name is whole, was read back, and holds one moment of the site.
"""
