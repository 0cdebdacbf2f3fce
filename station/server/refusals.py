"""How a call is refused: the exception that any rule may raise."""

from .codes import ErrorCode


class Refused(Exception):
    """The whole call is refused with ``status`` and ``code``; ``wait_s`` becomes Retry-After."""

    def __init__(self, status: int, code: ErrorCode, message: str, wait_s: int | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.wait_s = status, code, message, wait_s


def project_not_found() -> Refused:
    return Refused(404, ErrorCode.PROJECT_NOT_FOUND, "This account has no project of that ID.")


def busy() -> Refused:
    return Refused(503, ErrorCode.BUSY, "The database is busy; the same call may be sent again.", wait_s=1)


def unreachable() -> Refused:
    return Refused(503, ErrorCode.STORAGE, "The database cannot be reached or written.", wait_s=10)
