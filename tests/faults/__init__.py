"""What the site does when the machine under it fails: every fault for real, on real servers.

`writers.py` are people who remember what the site said yes to, `keeper.py` starts the site again as a service manager
would, `database.py` is a PostgreSQL that can be killed and stopped. `bench/faults.py` does the same for longer.
"""
