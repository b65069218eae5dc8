"""What the exit codes mean, and the only map from an error to its code.

Law: codes are an interface: they are only ever added. The README's table is checked against this file.
"""

from enum import IntEnum

from app import errors


class ExitCode(IntEnum):
    """How a command ended."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NOT_FOUND = 3
    DENIED = 4
    CONFLICT = 5
    UNREACHABLE = 6
    CONFIG = 7
    REGISTRY = 8
    REFUSED = 9
    UNCERTAIN = 10
    PARTIAL = 11
    NOT_OPENED = 125
    INTERRUPTED = 130


MEANINGS: dict[ExitCode, str] = {
    ExitCode.OK: "done",
    ExitCode.FAILED: "failed in a way that has no code of its own; `doctor` found something broken",
    ExitCode.USAGE: "an option's value is wrong or missing; nothing was written",
    ExitCode.NOT_FOUND: "no such grant, policy, Service, workload or pod",
    ExitCode.DENIED: "the cluster does not know you (401) or does not allow it (403)",
    ExitCode.CONFLICT: "the object changed meanwhile, or the name is taken",
    ExitCode.UNREACHABLE: "the API server could not be reached or failed",
    ExitCode.CONFIG: "kubeconfig, settings file or environment cannot be used",
    ExitCode.REGISTRY: "the local registry cannot be read or written",
    ExitCode.REFUSED: "the server or netgrant refused it: validation, admission, not armed, too late",
    ExitCode.UNCERTAIN: "a write was sent and not answered; the next command on this cluster finds out",
    ExitCode.PARTIAL: "some of several grants, or some namespaces, could not be done; stderr says which",
    ExitCode.NOT_OPENED: "`exec` could not open access and started nothing (126, 127: as in a shell)",
    ExitCode.INTERRUPTED: "interrupted by Ctrl-C, SIGTERM or SIGHUP, or a question was answered with no",
}

_CODES: tuple[tuple[type[errors.NetgrantError], ExitCode], ...] = (
    (errors.InputError, ExitCode.USAGE),
    (errors.ConfigError, ExitCode.CONFIG),
    (errors.RefusedError, ExitCode.REFUSED),
    (errors.InvalidError, ExitCode.REFUSED),
    (errors.NotFoundError, ExitCode.NOT_FOUND),
    (errors.UnauthorizedError, ExitCode.DENIED),
    (errors.ForbiddenError, ExitCode.DENIED),
    (errors.ConflictError, ExitCode.CONFLICT),
    (errors.UncertainError, ExitCode.UNCERTAIN),
    (errors.ClusterError, ExitCode.UNREACHABLE),
    (errors.RegistryError, ExitCode.REGISTRY),
)


def code_for(error: errors.NetgrantError) -> ExitCode:
    """Return the code of the first class in the table that fits."""
    return next((code for kind, code in _CODES if isinstance(error, kind)), ExitCode.FAILED)
