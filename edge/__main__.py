"""`python -m edge`, which is `fedart-edge` from a clone."""

from edge.cli import main

if __name__ == "__main__":
    main()
