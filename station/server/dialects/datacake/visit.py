"""One request under way: who asks, and what answers are made with."""

from dataclasses import dataclass
from datetime import datetime

from graphql import GraphQLError

from ...auth import Caller
from ...database import Database
from ...parts import Parts


@dataclass(frozen=True, slots=True)
class Visit:
    """``caller`` is None where no token came along."""

    parts: Parts
    caller: Caller | None

    @property
    def database(self) -> Database:
        return self.parts.database

    @property
    def now(self) -> datetime:
        return self.parts.clock()

    def known(self) -> Caller:
        if self.caller is None:
            raise failure("NOT_AUTHENTICATED", "Authentication credentials were not provided.")
        return self.caller


def failure(code: str, message: str) -> GraphQLError:
    """An error with one of the vendor's codes."""
    return GraphQLError(message, extensions={"code": code})


def no_workspace() -> GraphQLError:
    return failure("NOT_FOUND", "Workspace not found.")


def no_device() -> GraphQLError:
    return failure("DEVICE_NOT_FOUND", "Device not found.")


def no_rights() -> GraphQLError:
    return failure("NOT_AUTHORIZED", "You do not have permission to perform this action.")
