"""The venue: rooms, when they are closed, and the day's grid of slots with its breaks and meals.

Knows conferences. Does not know notes or who sits where: that is schedule/.
Start at service/. The plainest package, kept exemplary: a new one is made by copying its shape.
"""
