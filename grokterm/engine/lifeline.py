"""A process that ends with the one that has started it, and says where it is when it is asked."""

import faulthandler
import fcntl
import os
import select
import signal
import stat

LONGEST = 900  # seconds without news, where the kernel sends no signal: nobody waits any more


def hold_lifeline() -> None:
    """End this process once the other end of its standard input, a pipe, is closed: whatever it does by then.

    The kernel sends SIGIO, which ends a process that doesn't handle it: no Python has to run, so a loop in C that never
    lets go of the interpreter is ended too. Standard input is empty from then on. At SIGUSR1 it writes where it is, to
    standard error.
    """
    faulthandler.register(signal.SIGUSR1)
    if not stat.S_ISFIFO(os.fstat(0).st_mode):  # started by hand
        return
    line, nothing = os.dup(0), os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    fcntl.fcntl(line, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(line, fcntl.F_SETFL, fcntl.fcntl(line, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([line], [], [], 0)[0]:  # closed already
        os._exit(1)


def show_life() -> None:
    """Count from 0 again towards the end that comes where SIGIO doesn't, as on macOS."""
    signal.alarm(LONGEST)
