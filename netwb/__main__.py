"""`python -m netwb` is `netwb`."""

from netwb.cli.main import run

if __name__ == "__main__":
    run()
