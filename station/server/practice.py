"""What practice needs to be connected to: a fixed token, and the settings to paste."""

PRACTICE_TOKEN = "practice-token"  # noqa: S105 - opens the sample delivery and nothing else


def practice_connection(address: str, token: str = PRACTICE_TOKEN) -> str:
    """The TOML of connection ``practice_local`` to a server at that address, and its secret as a comment."""
    return (
        "[backends.practice_local]\n"
        'kind = "local"\n'
        f'base_url = "{address}"\n'
        "\n"
        "# The secret goes into the environment (or: station secret set practice_local token):\n"
        f"# STATION_SECRET_PRACTICE_LOCAL_TOKEN={token}\n"
    )
