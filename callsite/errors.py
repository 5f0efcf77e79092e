"""What ends a run. A finding about content is a `Problem` (see `model`), never an exception."""


class CallsiteError(Exception):
    """The run cannot go on; the message is for the person at the terminal.

    `exitcode` (Pelican's spelling: it ends with that, too) is 1 when the content is at fault, 2 when the command line
    or the surroundings are.
    """

    exitcode = 2


class BuildStopped(CallsiteError):  # noqa: N818  # no error of its own: those were printed before
    """The content holds errors, all of them printed already; nothing was written to the output."""

    exitcode = 1
