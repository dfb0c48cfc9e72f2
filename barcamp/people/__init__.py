"""People: who somebody is, and how they show it: a mailed code or link, or a password; on which devices.

Knows mail. Does not know conferences: what a person may do there is a Role in conferences/.
Start at service.py. Promise: signing out ends the sign-in on the server, not only in the browser.
"""
