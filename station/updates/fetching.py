"""Gets files for the updates: only over TLS, only from the host that was named, with a limit to all of it."""

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from urllib.parse import urljoin, urlsplit

import httpx

from station.backends.http import trust
from station.backends.wire.ways import connect_cause, is_here
from station.core.errors import Cause, NotSentError

CONNECT_S = 10.0
MOST_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
Take = Callable[[bytes], None]


class FetchProblem(StrEnum):
    """Why a file could not be had."""

    ADDRESS = "address"
    UNREACHABLE = "unreachable"
    NOT_TRUSTED = "not_trusted"
    ELSEWHERE = "elsewhere"
    REFUSED = "refused"
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"


class FetchError(Exception):
    """The file could not be had; ``detail`` is for support."""

    def __init__(self, problem: FetchProblem, detail: str = "") -> None:
        super().__init__(f"{problem}: {detail}" if detail else str(problem))
        self.problem, self.detail = problem, detail


async def fetch(url: str, take: Take, most_bytes: int, limit_s: float, ca_file: str = "") -> None:
    """Hand the file on piece by piece: at most ``most_bytes``, within ``limit_s`` for all of it.

    A server may send elsewhere on itself (another path), never to another host. Raises ``FetchError`` and what
    ``take`` raises.
    """
    check_address(url)
    try:
        async with asyncio.timeout(limit_s):
            trusted = await asyncio.to_thread(trust, url, ca_file)
            await _fetch(url, take, most_bytes, trusted)
    except TimeoutError as error:
        raise FetchError(FetchProblem.TOO_SLOW, f"{limit_s:g} s") from error
    except NotSentError as error:
        raise FetchError(FetchProblem.NOT_TRUSTED, error.detail) from error
    except httpx.HTTPError as error:
        raise _sorted(error) from error
    except (httpx.InvalidURL, ValueError) as error:
        raise FetchError(FetchProblem.ADDRESS, type(error).__name__) from error


def check_address(url: str) -> None:
    """Raise ``FetchError`` for an address that nothing is fetched from: plain HTTP only on this computer."""
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and parts.port != 0 and not parts.username and not parts.fragment
    except ValueError:
        raise FetchError(FetchProblem.ADDRESS) from None
    if not usable or not (parts.scheme == "https" or (parts.scheme == "http" and is_here(url))):
        raise FetchError(FetchProblem.ADDRESS)


async def _fetch(url: str, take: Take, most_bytes: int, trusted: ssl.SSLContext) -> None:
    limits = httpx.Timeout(None, connect=CONNECT_S)  # the limit round the whole covers a byte a second too
    async with httpx.AsyncClient(verify=trusted, timeout=limits, trust_env=not is_here(url)) as client:
        for _ in range(MOST_REDIRECTS + 1):
            # Unpacked here, a few bytes could become very many.
            async with client.stream("GET", url, headers={"Accept-Encoding": "identity"}) as response:
                if response.status_code in _REDIRECTS:
                    url = _next_address(url, response.headers.get("location", ""))
                    continue
                if response.status_code != 200 or response.headers.get("content-encoding", "identity") != "identity":
                    raise FetchError(FetchProblem.REFUSED, str(response.status_code))
                await _take_body(response, take, most_bytes)
                return
    raise FetchError(FetchProblem.ELSEWHERE, "too often")


async def _take_body(response: httpx.Response, take: Take, most_bytes: int) -> None:
    length = response.headers.get("content-length", "0")
    left = most_bytes
    if length.isdecimal() and int(length) > left:
        raise FetchError(FetchProblem.TOO_LARGE, length[:20])
    async for piece in response.aiter_raw():
        left -= len(piece)
        if left < 0:
            raise FetchError(FetchProblem.TOO_LARGE, str(most_bytes))
        take(piece)


def _next_address(url: str, location: str) -> str:
    there = ""
    with suppress(ValueError):
        there = urljoin(url, location)
        before, after = urlsplit(url), urlsplit(there)
        if location and (before.scheme, before.netloc) == (after.scheme, after.netloc):
            return there
    raise FetchError(FetchProblem.ELSEWHERE, urlsplit(there).netloc[:100] if there else "")


def _sorted(error: httpx.HTTPError) -> FetchError:
    untrusted = isinstance(error, httpx.ConnectError) and connect_cause(error) is Cause.TLS
    return FetchError(FetchProblem.NOT_TRUSTED if untrusted else FetchProblem.UNREACHABLE, type(error).__name__)
