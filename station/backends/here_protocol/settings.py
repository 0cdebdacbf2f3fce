"""What a connection to HERE Tracking is set up with."""

from dataclasses import dataclass, field

from ..base import ADVANCED, Settings


@dataclass(frozen=True, slots=True)
class HereSettings(Settings):
    """``project_id`` is used where the account may not list its projects, ``app_id`` for external IDs without one.

    An empty ``scope`` is that of a platform project named by ``project_id`` (``<organization>:<project>``).
    """

    base_url: str = "https://tracking.hereapi.com"
    auth: str = field(default="token", metadata={"choices": ("token", "client", "user")})
    project_id: str = ""
    app_id: str = ""
    email: str = ""
    realm: str = ""
    scope: str = field(default="", metadata=ADVANCED)
    token_url: str = field(default="https://account.api.here.com/oauth2/token", metadata=ADVANCED)
    send_names: bool = field(default=True, metadata=ADVANCED)
    """Whether a name given at the claim is written into the device's metadata after it."""
