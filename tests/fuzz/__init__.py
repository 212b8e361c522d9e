"""Bad input at large, by seed: recipes, data files, and what tombola itself has written.

`make fuzz`, or `python -m fuzz recipes --count 10000 --seed 1` with `tests` on the path. Whatever
comes in, there is an answer or one short line: no traceback, no hang. The tests have a short form.
"""
