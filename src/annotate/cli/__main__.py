"""`python -m annotate.cli`."""

from annotate.cli import main

if __name__ == "__main__":
    main()
