"""Any short printable text that no other family knows: a code as it stands."""

from station.core.identifier import Identifier, Kind

from ..base import TAKES_ANYTHING, Label, Refusal, names, refuse
from ..masking import named_secrets

ORDER = TAKES_ANYTHING
LONGEST_CODE = 200


def read(text: str, _symbology: str) -> Label | None:
    code = text.strip("\x1c\x1d\x1e\x1f ")
    if len(code) > LONGEST_CODE or "\n" in code or "\r" in code or not any(map(str.isalnum, code)):
        return refuse("", text, Refusal.UNKNOWN_TEXT)
    if named_secrets(code):  # a code is shown everywhere, so it may not hold a PIN or a key
        return refuse("", text, Refusal.UNKNOWN_TEXT)
    if not code.isprintable():
        return refuse("", text, Refusal.CONTROL_CHARACTERS)
    return names("code", text, [Identifier.of(Kind.CODE, code=code)])
