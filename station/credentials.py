"""The connections' own secrets: in the environment, in the system's keyring, never in a plain file."""

import os
from collections.abc import Iterable

from station.core.secret import Secret

_SERVICE = "claiming-station"


class KeyringMissingError(Exception):
    """This machine has no keyring that can be used; the text is the keyring's own reason."""


def variable(connection: str, name: str) -> str:
    """The environment variable that may hold a secret: ``STATION_SECRET_<CONNECTION>_<FIELD>``."""
    return f"STATION_SECRET_{connection}_{name}".upper()


def find_secret(connection: str, name: str) -> Secret | None:
    """A connection's secret, from the environment first; None where there is none (or no keyring)."""
    text = os.environ.get(variable(connection, name))
    if text:
        return Secret(text)
    try:
        found = _keyring().get_password(_SERVICE, f"{connection}.{name}")
    except KeyringMissingError:
        return None
    except Exception:  # a locked or broken keyring is as good as none: the connection then says what it lacks
        return None
    return Secret(found) if found else None


def find_secrets(connection: str, names: Iterable[str]) -> dict[str, Secret]:
    found = {name: find_secret(connection, name) for name in names}
    return {name: secret for name, secret in found.items() if secret is not None}


def keep_secret(connection: str, name: str, secret: Secret) -> None:
    """Put a secret into the system's keyring. Raises ``KeyringMissingError``: it is never written anywhere else."""
    try:
        _keyring().set_password(_SERVICE, f"{connection}.{name}", secret.reveal())
    except KeyringMissingError:
        raise
    except Exception as error:
        raise KeyringMissingError(str(error) or type(error).__name__) from error


class _Keyring:
    def get_password(self, service: str, name: str) -> str | None:
        raise NotImplementedError

    def set_password(self, service: str, name: str, password: str) -> None:
        raise NotImplementedError


def _keyring() -> "_Keyring":
    # Imported when it is needed: finding the system's keyring takes a tenth of a second.
    import keyring
    from keyring.backends import fail, null

    backend = keyring.get_keyring()
    if isinstance(backend, fail.Keyring | null.Keyring):
        raise KeyringMissingError("no keyring was found on this machine")
    return backend  # type: ignore[return-value]
