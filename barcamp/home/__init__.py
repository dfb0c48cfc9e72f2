"""The front page: what is on and what is coming; health and readiness."""
