"""Every GraphQL document that is sent: names and types are the vendor's own schema's."""

import re
from dataclasses import dataclass

_VARIABLE = re.compile(r"\$(\w+)")

ACCOUNT = """query Account {
  user { id email fullName isApiuser }
}"""

WORKSPACES = """query Workspaces {
  user { id }
  allWorkspaces { id name slug deviceCount myPermissions organization { id name } }
}"""

WORKSPACE = """query Workspace($workspace: String!) {
  user { id }
  workspace(id: $workspace) { id name myPermissions }
}"""

DEVICES = """query Devices($workspace: String!, $page: Int!, $pageSize: Int!) {
  user { id }
  workspace(id: $workspace) {
    id
    name
    devicesFiltered(page: $page, pageSize: $pageSize, orderBy: { serialNumber: ASC }) {
      total
      devices {
        id
        verboseName
        serialNumber
        claimSerialNumber
        claimed
        claimingEnabled
        plan(workspace: $workspace) { slug }
        product { id name hardware workspace { id } }
      }
    }
  }
}"""


@dataclass(frozen=True, slots=True)
class Several:
    """A mutation that goes several times in one request, each time under an alias and with variables of its own.

    ``variables`` are (name, type) as ``field`` names them; the vendor's server carries the aliases out in order.
    """

    name: str
    variables: tuple[tuple[str, str], ...]
    field: str

    def document(self, count: int) -> str:
        """The document for so many; the variables of each end in ``_0``, ``_1``, …"""
        declared = [f"${name}_{at}: {kind}" for at in range(count) for name, kind in self.variables]
        fields = [f"  {alias(at)}: " + _VARIABLE.sub(rf"$\1_{at}", self.field) for at in range(count)]
        return "\n".join((f"mutation {self.name}({', '.join(declared)}) {{", *fields, "}"))


def alias(at: int) -> str:
    return f"d{at}"


CLAIM = Several(
    "Claim",
    (("input", "AddPincodeDeviceInputType!"),),
    "addPincodeDevice(input: $input) { ok error device { id verboseName serialNumber } }",
)

UPDATE = Several(
    "Update",
    (("deviceId", "String!"), ("input", "UpdateDeviceInputType!")),
    "updateDevice(deviceId: $deviceId, input: $input) { ok device { id verboseName claimed claimingEnabled } }",
)

REMOVE = Several("Remove", (("input", "RemoveDeviceInput!"),), "removeDevice(input: $input) { ok }")

SHARE = Several(
    "Share",
    (("deviceId", "String!"), ("workspaceId", "String!")),
    "claimDeviceIntoWorkspace(deviceId: $deviceId, workspaceId: $workspaceId) { ok }",
)

REVOKE = Several(
    "Revoke",
    (("input", "RevokeDeviceClaimsInput!"),),
    "revokeDeviceClaims(input: $input) { ok error revokedCount }",
)

READS = (ACCOUNT, WORKSPACES, WORKSPACE, DEVICES)
CHANGES = (CLAIM, UPDATE, REMOVE, SHARE, REVOKE)
