"""News: everyone who starred or gives a session hears once that it has moved, and what organizers want to say.

Knows the published schedule and what has changed in it unsaid (schedule/untold.py). Does not know who made it change.
Start at telling.py. Promise: what is gathered is told to each person once, in one letter, or it stays gathered.
"""
