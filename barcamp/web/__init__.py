"""The pages' toolkit: what every page needs and no feature owns.

Guards, loading, error pages, form tokens, headers, static files, the clock, and words in Markdown.
Knows people and conferences as far as a page must. Promise: nothing in here decides a rule of a camp.
"""
