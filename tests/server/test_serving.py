"""Serving on a port: what is refused and why, a real server over loopback, TLS, and a clean end."""

import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from station.server.practice import PRACTICE_TOKEN
from station.server.registry.house import Target, add_target, opened
from station.server.sample import NotForPractice, fill
from station.server.serving import ServeProblem, ServeRefused, Serving, check, hosts_of, is_loopback, serve
from tests.server.desks import START, Clock

if TYPE_CHECKING:
    import uvicorn

EVERYWHERE = "0.0.0.0"  # noqa: S104 - refused, or only asked about
LONG = "a-token-of-more-than-twenty-characters"
STANDING = Clock()
PROGRAM = """
import sys
from datetime import UTC, datetime
from station.server.serving import Serving, serve
serve(Serving(sys.argv[1], port=0), clock=lambda: datetime.now(UTC))
"""


@contextmanager
def running(serving: Serving, clock: Callable[[], datetime] = STANDING) -> Iterator[tuple[str, list[str]]]:
    """A server in a thread; gives its address and what it said."""
    servers: list[uvicorn.Server] = []
    said: list[str] = []
    up = threading.Event()

    def say(line: str) -> None:
        said.append(line)

    def started(server: "uvicorn.Server") -> None:
        servers.append(server)
        up.set()

    thread = threading.Thread(target=serve, args=(serving,), kwargs={"clock": clock, "say": say, "started": started})
    thread.start()
    try:
        assert up.wait(20)
        address = next(line for line in said if line.startswith("Serving at")).split()[2]
        yield address, said
    finally:
        for server in servers:
            server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()


def test_practice_over_a_real_port(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'practice.db'}"
    with running(Serving(database, port=0, practice=True)) as (address, said):
        pasted = tomllib.loads(said[1])["backends"]
        assert pasted["practice_local"] == {"kind": "local", "base_url": address}
        assert f"STATION_SECRET_PRACTICE_LOCAL_TOKEN={PRACTICE_TOKEN}" in said[1]
        headers = {"Authorization": f"Bearer {PRACTICE_TOKEN}"}
        with httpx.Client(base_url=address, headers=headers, trust_env=False, timeout=20) as client:
            body: dict[str, Any] = {"identifiers": [{"kind": "code", "fields": {"code": "maple-harbor-lantern"}}]}
            answer = client.post("/api/v1/look-ups", json=body)
            assert answer.json()["findings"][0]["status"] == "unclaimed"
            assert "server" not in answer.headers
            assert client.get("/api/v1/health", headers={"Host": "evil.example"}).status_code == 421
            large = client.post("/api/v1/look-ups", content=b" " * 3_000_000)
            assert large.status_code == 413
            with pytest.raises(ServeRefused, match="port_taken"):
                serve(Serving(database, port=int(address.rpartition(":")[2])), clock=Clock())


def test_a_token_is_made_once_for_a_database_without_any(tmp_path: Path) -> None:
    serving = Serving(f"sqlite:///{tmp_path / 'own.db'}", port=0)
    with running(serving) as (address, said):
        token = said[0].rpartition(" ")[2]
        answer = httpx.get(f"{address}/api/v1/account", headers={"Authorization": f"Bearer {token}"}, trust_env=False)
        assert answer.json()["organization"]["id"] == "main"
    with running(serving) as (address, said):
        assert len(said) == 1
        answer = httpx.get(f"{address}/api/v1/account", headers={"Authorization": f"Bearer {token}"}, trust_env=False)
        assert answer.status_code == 200


def test_tls_on_a_port(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    serving = Serving(f"sqlite:///{tmp_path / 'tls.db'}", port=0, cert=cert, key=key, token=LONG)
    with running(serving) as (address, _):
        assert address.startswith("https://")
        context = ssl.create_default_context(cafile=str(cert))
        with httpx.Client(verify=context, trust_env=False) as client:
            answer = client.get(f"{address}/api/v1/account", headers={"Authorization": f"Bearer {LONG}"})
            assert answer.status_code == 200


def test_other_addresses_need_a_token_and_tls(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    database = f"sqlite:///{tmp_path / 'd.db'}"
    tls: dict[str, Any] = {"cert": cert, "key": key}
    wanted: list[tuple[dict[str, Any], ServeProblem]] = [
        ({"host": EVERYWHERE, "token": LONG}, ServeProblem.NO_TLS),
        ({"host": "::", "token": LONG}, ServeProblem.NO_TLS),
        ({"host": "desk-server.example", "token": LONG}, ServeProblem.NO_TLS),
        ({"host": EVERYWHERE, "token": "short"} | tls, ServeProblem.WEAK_TOKEN),
        ({"host": EVERYWHERE, "practice": True} | tls, ServeProblem.NO_TOKEN),
        ({"host": EVERYWHERE, "port": 0} | tls, ServeProblem.NO_TOKEN),
        ({"host": EVERYWHERE, "port": 0, "behind_proxy": True}, ServeProblem.NO_TOKEN),
        ({"cert": cert}, ServeProblem.HALF_TLS),
        ({"cert": cert, "key": tmp_path / "none"}, ServeProblem.CERT_MISSING),
        ({"cert": key, "key": key, "token": LONG, "port": 0}, ServeProblem.BAD_CERT),
        ({"host": "256.1.1.1", "token": LONG} | tls, ServeProblem.BAD_ADDRESS),
        ({"database": "mysql://x/y", "port": 0}, ServeProblem.BAD_DATABASE),
        ({"database": "nonsense", "port": 0}, ServeProblem.BAD_DATABASE),
        ({"database": f"sqlite:///{cert}", "port": 0}, ServeProblem.BAD_DATABASE),
    ]
    for options, problem in wanted:
        with pytest.raises(ServeRefused) as refused:
            serve(Serving(**({"database": database} | options)), clock=Clock(), say=pytest.fail)
        assert refused.value.problem is problem, options
        assert LONG not in str(refused.value)
    check(Serving(database, host=EVERYWHERE, token=LONG, behind_proxy=True))
    assert LONG not in repr(Serving(database, token=LONG))


def test_practice_keeps_out_of_a_registry_of_ones_own(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'own.db'}"
    with opened(database) as registry:
        add_target(registry, Target("shelf"))
    with pytest.raises(ServeRefused, match="not_for_practice"):
        serve(Serving(database, port=0, practice=True), clock=Clock(), say=pytest.fail)
    with opened(database) as registry, pytest.raises(NotForPractice):
        fill(registry, START)


def test_host_names_that_are_answered() -> None:
    assert is_loopback("127.0.0.1")
    assert is_loopback("[::1]")
    assert not is_loopback(EVERYWHERE)
    assert not is_loopback("127.0.0.1.example")
    assert hosts_of(Serving("x")) == ("127.0.0.1", "::1", "localhost")
    named = hosts_of(Serving("x", host=EVERYWHERE, names=("Desks.Example",)))
    assert named is not None
    assert {"desks.example", socket.gethostname().lower()} <= set(named)
    assert EVERYWHERE not in named


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to send")
def test_sigterm_ends_it_cleanly(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-c", PROGRAM, f"sqlite:///{tmp_path / 'own.db'}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        lines = [program.stdout.readline(), program.stdout.readline()]
        address = lines[1].split()[2]
        for _ in range(100):
            try:
                assert httpx.get(f"{address}/api/v1/health", trust_env=False).status_code == 200
                break
            except httpx.ConnectError:
                threading.Event().wait(0.1)
        os.kill(program.pid, signal.SIGTERM)
        _, errors = program.communicate(timeout=20)
    assert (program.returncode, errors) == (0, "")


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return cert_file, key_file
