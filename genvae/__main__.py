"""``python -m genvae``: the command line where the ``genvae`` command is not on the path."""

from genvae.cli.app import main

if __name__ == "__main__":
    raise SystemExit(main())
