"""What practice needs to be connected to: a fixed token, and the settings to paste."""

from collections.abc import Mapping

PRACTICE_TOKEN = "practice-token"  # noqa: S105 - opens the sample delivery and nothing else
PREFIX = "practice"


def practice_settings(address: str, token: str = PRACTICE_TOKEN, *, known_secrets: bool = True) -> str:
    """The TOML of a connection for each protocol to a server at that address, and its secrets as comments.

    Without ``known_secrets`` only the native API's: the dialects let nobody in then.
    """
    # Imported here: only a server for practice needs the dialects, and a writer of TOML.
    import tomlkit

    from . import dialects

    connections: dict[str, tuple[Mapping[str, object], Mapping[str, str]]] = {
        "local": ({"base_url": address}, {"token": token})
    }
    for name, practice in dialects.practices().items() if known_secrets else ():
        connections[name] = practice.connection(address)
    backends = tomlkit.table(is_super_table=True)
    for kind, (settings, _) in connections.items():
        table = tomlkit.table()
        table.update({"kind": kind, **settings})
        backends.append(f"{PREFIX}_{kind}", table)
    document = tomlkit.document()
    document.append("backends", backends)
    secrets = [
        f"# STATION_SECRET_{PREFIX}_{kind}_{field}".upper() + f"={secret}"
        for kind, (_, fields) in connections.items()
        for field, secret in fields.items()
    ]
    how = "# The secrets go into the environment (or: station secret set practice_local token, and so on):"
    return "\n".join([tomlkit.dumps(document), how, *secrets, ""])
