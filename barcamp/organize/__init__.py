"""Organizing: the overview that leads to every page of the team."""
