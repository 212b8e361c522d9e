"""`python -m tombola`: the command line where its script is not on the path."""

from tombola.cli import main

if __name__ == "__main__":
    main()
