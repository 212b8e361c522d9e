"""Run every benchmark, each in a process of its own."""

import pkgutil
import subprocess
import sys

import benchmarks

for module in pkgutil.iter_modules(benchmarks.__path__):
    if not module.name.startswith("_"):
        subprocess.run([sys.executable, "-m", f"benchmarks.{module.name}"], check=True)
