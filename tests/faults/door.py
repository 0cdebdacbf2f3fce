"""The way to the proxy as the network gives it: names that resolve or do not, and certificates worth trusting or not.

A made-up host name is resolved by the test: to the proxy, to an address where nobody listens, to one whose certificate
nobody vouches for, or not at all. That is what a desk sees of a network before a byte of its request has left.
"""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from .fault import Fault

DOMAIN = "vendor.test"
GOOD, CLOSED, UNTRUSTED = "127.0.0.1", "127.0.0.2", "127.0.0.3"
"""The proxy; an address of this computer where nobody listens; the proxy with a certificate of its own making."""
Knock = Callable[[str], Fault]
_WHERE = {Fault.REFUSED: CLOSED, Fault.UNTRUSTED: UNTRUSTED}


@contextmanager
def resolved(knock: Knock) -> Iterator[None]:
    """Resolve names below ``DOMAIN`` as ``knock`` says, each connection anew; all others as ever.

    Python's own resolver is stood in for: there is no other place where a name can fail for a single connection.
    """
    real = socket.getaddrinfo

    def resolve(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode("ascii") if isinstance(host, bytes) else host
        if not isinstance(name, str) or not name.endswith(DOMAIN):
            return real(host, port, *args, **kwargs)
        fault = knock(name)
        if fault is Fault.NO_NAME:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(_WHERE.get(fault, GOOD), port, *args, **kwargs)

    socket.getaddrinfo = resolve
    try:
        yield
    finally:
        socket.getaddrinfo = real


@dataclass(frozen=True)
class Certificates:
    """What a server shows: one that ``authority`` (a PEM file) vouches for, and one that nobody does."""

    authority: Path
    good: ssl.SSLContext
    untrusted: ssl.SSLContext


def make_certificates(folder: Path) -> Certificates:
    good, authority = _make(folder, "good")
    untrusted, _ = _make(folder, "untrusted")
    return Certificates(authority, good, untrusted)


def _make(folder: Path, name: str) -> tuple[ssl.SSLContext, Path]:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    names = x509.SubjectAlternativeName([x509.DNSName(f"*.{DOMAIN}"), x509.IPAddress(ip_address(GOOD))])
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / f"{name}.pem", folder / f"{name}-key.pem"
    public.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return context, public
