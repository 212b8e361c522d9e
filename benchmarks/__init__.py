"""What tombola costs, measured: `python -m benchmarks`, or `python -m benchmarks.NAME` for one."""
