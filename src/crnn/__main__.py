"""`python -m crnn` is the command line."""

from crnn.cli import main

if __name__ == "__main__":
    main()
