"""`python -m grokterm` is `grokterm`."""

from grokterm.cli.main import main

if __name__ == "__main__":
    main()
