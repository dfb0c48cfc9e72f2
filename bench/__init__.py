"""Measurements of the site as it is shipped: scripts for people, run by hand on a quiet machine."""
