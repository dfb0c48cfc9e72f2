"""Tests of the bootstrap, in small copies of the project that install nothing and need no network."""
