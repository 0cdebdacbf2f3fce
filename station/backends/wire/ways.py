"""Where an address leads, and why no connection to it came about."""

import ipaddress
import socket
import ssl
from urllib.parse import urlsplit

from station.core.errors import Cause


def is_here(base_url: str) -> bool:
    """Whether it is this computer's own."""
    host = urlsplit(base_url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def connect_cause(error: BaseException) -> Cause:
    """Why no connection came about, from the exceptions that stand behind the library's own."""
    behind: BaseException | None = error
    for _ in range(10):
        if isinstance(behind, socket.gaierror):
            return Cause.DNS
        if isinstance(behind, ssl.SSLError):
            return Cause.TLS
        if behind is None:
            break
        behind = behind.__cause__ or behind.__context__
    return Cause.CONNECT
