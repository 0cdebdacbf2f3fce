"""Whether the files that come with the station are there, and what this machine has for secrets."""

import os
import wave

from station import folders
from station.core.news import Heard

from .told import Told

LICENCES = "licences"
"""Only installers bring them: they are written when one is built."""


def migrations() -> Told:
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
    names = (*(each.__name__.rpartition(".")[2] for each in steps()), *(name.removesuffix(".py") for name in found))
    return Told(f"desk {kept}, server {len(found)}", names)


def translations() -> Told:
    from station.words import has, languages

    found = languages()
    if "en" not in found or not has("status.ready"):
        raise RuntimeError("the English sentences are not there")
    return Told(", ".join(found), tuple(found))


def sounds() -> Told:
    """Each sound is read; whether a loudspeaker is there is the doctor's question."""
    lengths = []
    for heard in Heard:
        with wave.open(str(folders.resources() / "sounds" / f"{heard}.wav"), "rb") as sound:
            lengths.append(f"{heard} {sound.getnframes() / sound.getframerate():.2f} s")
    return Told(", ".join(lengths), tuple(sorted(str(heard) for heard in Heard)))


def files() -> Told:
    """All files that come with the station, by name and size; the lists of its parts are told apart."""
    top = folders.resources()
    found = {path.relative_to(top).as_posix(): path.stat().st_size for path in top.rglob("*") if path.is_file()}
    own = {name: size for name, size in found.items() if not name.startswith(f"{LICENCES}/")}
    if not own:
        raise RuntimeError("no files come with the station")
    parts = len(found) - len(own)
    return Told(f"{len(own)} files, {parts} about its parts", tuple(sorted(f"{name} {own[name]}" for name in own)))


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
