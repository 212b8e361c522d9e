"""`python -m tombola.cli`."""

from tombola.cli import main

if __name__ == "__main__":
    main()
