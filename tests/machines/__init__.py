"""Several machines on one PostgreSQL, as processes: what one of them does holds on all of them."""
