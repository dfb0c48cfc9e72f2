"""Which tables a statement reads or changes."""
