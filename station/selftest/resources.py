"""Whether the files that come with the station are there, and what this machine has for secrets."""

import os
import wave

from station import folders
from station.core.news import Heard


def migrations() -> str:
    """The steps of both databases: those of the server are files that are found at run time."""
    from importlib.resources import files

    from station.server.migrations import HEAD
    from station.store.migrations import VERSION, steps

    kept = len(steps())
    if kept != VERSION:
        raise RuntimeError(f"{kept} steps of the desk's database, {VERSION} needed")
    versions = files("station.server.migrations") / "versions"
    found = sorted(each.name for each in versions.iterdir() if each.name[0].isdigit())
    if not any(name.startswith(HEAD) for name in found):
        raise RuntimeError(f"the server's step {HEAD} is not there")
    return f"desk {kept}, server {len(found)}"


def translations() -> str:
    from station.words import has, languages

    found = languages()
    if "en" not in found or not has("status.ready"):
        raise RuntimeError("the English sentences are not there")
    return ", ".join(found)


def sounds() -> str:
    """Each sound is read; whether a loudspeaker is there is the doctor's question."""
    lengths = []
    for heard in Heard:
        with wave.open(str(folders.resources() / "sounds" / f"{heard}.wav"), "rb") as sound:
            lengths.append(f"{heard} {sound.getnframes() / sound.getframerate():.2f} s")
    return ", ".join(lengths)


def keyring_name() -> str:
    """The keyring that would keep secrets; none is no failure, for the environment can hold them."""
    import keyring

    backend = keyring.get_keyring()
    return f"{type(backend).__module__}.{type(backend).__name__}"


def seal() -> str:
    """Whether secrets that wait can be sealed on this machine; proves a seal by its round trip."""
    from station.store import KeyringSeal, PassphraseSeal, choose_seal

    proof = PassphraseSeal("self-test")
    proof.salt(b"0123456789abcdef")
    if proof.unseal(proof.seal(b"4711", b"row"), b"row") != b"4711":
        raise RuntimeError("what was sealed cannot be opened")
    here = choose_seal(os.environ.get, lambda: KeyringSeal(make=False))  # a test leaves nothing in the keyring
    here.salt(b"0123456789abcdef")
    fetch = getattr(here, "fetch", None)
    if fetch is not None:
        fetch()
    return "available" if here.available else f"works; no key on this machine ({here.why_not})"
