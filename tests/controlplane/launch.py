"""Becomes another program that dies when the process that asked for it dies, however it dies.

Law: standard library only and no package import: it runs under ``python -I -S`` to start in 15 ms.

Run as ``launch.py PARENT_PID PROGRAM ARGUMENT…``. It asks the Linux kernel for SIGKILL at the parent's
death (PR_SET_PDEATHSIG), then execs, so the pid stays that of the real program. Chosen over ``setpriv
--pdeathsig``, which not every machine has, and over ``preexec_fn``, which is unsafe with threads. Elsewhere
than on Linux only the other two guards remain: fixture finalizers and atexit.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Never returns: execs the program, or exits when the parent is already gone."""
    parent, program, *rest = arguments
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(parent):  # it died before the kernel knew that we care
        sys.exit(1)
    os.execv(program, [program, *rest])


if __name__ == "__main__":
    main(sys.argv[1:])
