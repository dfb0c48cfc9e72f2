"""The scheduler: which topic gets which room at which time.

Plain values in, plain values out: no database, no web, no clock, and chance only from a seed.
Start at solve.py; problem.py holds the words, rules.py what is never broken, score.py what a schedule costs.
Promise: the same problem and the same seed give the same schedule, on every run.
"""
