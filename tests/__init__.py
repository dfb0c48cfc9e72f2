"""The tests of BarCamp. `python3 -m tests` prepares what they need and runs them all."""
