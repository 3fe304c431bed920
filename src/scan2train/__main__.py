"""``python -m scan2train`` is the command ``scan2train``."""

from scan2train.cli import main

if __name__ == "__main__":
    main()
