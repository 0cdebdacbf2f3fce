"""The names under which labels and lists print a value, and what each of them means."""

import re

from .masking import NAMES_OF_SECRETS

_PLAIN = re.compile(r"[^a-z0-9]+")

_MEANT = {
    "code": "code identifier deviceidentifier did id ids assettag asset tag imei",
    "kit_id": "kitid kit kitcode kitidentifier",
    "device_id": "deviceid device thingid uuid trackerid",
    "serial": "serial sn serialno serialnumber serialnr serno ser snr seriennummer serienr numeroserie",
    "mac": "mac macaddress macaddr macid macno macnumber wlanmac wifimac ethmac ethernetmac lanmac wlan0mac eth0mac",
    "dev_eui": "deveui eui eui64 deviceeui gweui gatewayeui gatewayid eurid",
    "join_eui": "joineui appeui",
    "cloud_id": "cloudid clouddeviceid",
    "external_id": "externalid extid",
    "app_id": "appid applicationid",
    "pin": "pin pincode pinno pinnumber claimpin claimingpin claimcode claimingcode devicepin",
    "name": "name devicename displayname title",
    "type": "type model modelno modelnumber modelname devicetype mod",
    "product": "product productno productnumber productid pn partno partnumber pno sku article articleno art ref",
    "vendor": "vendor manufacturer mfr brand make",
    "lot": "lot lotno lotnumber batch batchno batchnumber",
    "gtin": "gtin ean upc",
    "version": "version ver rev revision hw hwversion hwver fw fwversion firmware",
    "date": "date mfgdate mfd productiondate proddate dateofmanufacture dom",
    "quantity": "quantity qty",
}
_BY_NAME = {printed: name for name, all_printed in _MEANT.items() for printed in all_printed.split()}

SECRET = "secret"  # noqa: S105 - a field's name
"""What ``meaning`` says of a key, a token or a password that no claim needs."""

_SECRET_PART = re.compile(r"key|pwd|passw|passc|passp|secret|token|psk|puk|^pass$|pin$|^auth|authcode|^dsk$")
_SECRET = re.compile(NAMES_OF_SECRETS, re.IGNORECASE)
TAG = re.compile(
    r"(?<![A-Za-z0-9_/])("
    r"s/?n|ser(?:ial)?(?:[ ._-]{0,2}(?:no|number|nr|num|#))?|(?:wlan|wi-?fi|eth(?:ernet)?|lan)?[ ._-]?mac"
    r"(?:[ ._-]?(?:id|addr|address|no))?|(?:dev|device|gateway|gw|join|app)[ ._-]?eui|eui(?:-?64)?|imei|"
    r"(?:kit|device|cloud|external|app)[ ._-]?id|pin(?:[ ._-]?(?:code|no))?|"
    r"app[ ._-]?key|nwk[ ._-]?key|(?:app|nwk)[ ._-]?s[ ._-]?key|password|passcode|pwd|psk|token|secret|"
    r"p/?n|part[ ._-]?(?:no|number)|model|type|lot|batch|gtin|ean|hw|fw|rev|sku"
    r")\.?[ ]{0,3}(?:[:=#][ ]{0,3}|[ ](?=[A-Za-z0-9]))",
    re.IGNORECASE,
)
"""A name as it stands in running text, in front of its value."""

IDENTITIES = frozenset(
    {"code", "kit_id", "device_id", "serial", "mac", "dev_eui", "cloud_id", "external_id", "app_id", "pin"}
)


def meaning(printed: str) -> str:
    """``"S/N"`` gives ``"serial"``: a field's own name, ``SECRET``, or an empty text for a name not known."""
    if len(printed) > 60:
        return ""
    plain = _PLAIN.sub("", printed.lower())
    known = _BY_NAME.get(plain, "")
    if known:
        return known
    return SECRET if _SECRET_PART.search(plain) or _SECRET.fullmatch(printed.strip()) else ""
