"""Signals of commands that tests start."""

import signal


def heed() -> None:
    """Let Ctrl-C be heeded by a command also where the tests run in a shell's background, whose commands ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
