"""Kill a small study at random moments, start it again, and see that nothing is lost.

`make kills`, or `python -m kills --times 200 --seed 1` with `tests` on the path, runs it as long as
you like; `make long` has a short form. It needs `fork`: Linux or macOS.
"""
