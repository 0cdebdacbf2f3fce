"""The part of Datacake's schema that has to do with claiming; names and types are the vendor's own."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from graphql import GraphQLError, GraphQLFieldResolver, GraphQLScalarType, GraphQLSchema, build_schema

SDL = '''
schema { query: Query mutation: Mutations }

scalar UUID

type Query {
  user: UserType
  allWorkspaces: [WorkspaceType]
  workspace(id: String, slug: String): WorkspaceType
  device(deviceId: String): DeviceType
  serialNumberAvailable(serialNumber: String!): Boolean
}

type Mutations {
  addPincodeDevice(input: AddPincodeDeviceInputType!): AddPincodeDevice
  claimDeviceIntoWorkspace(deviceId: String, deviceSerialNumber: String, workspaceId: String!): ClaimDeviceIntoWorkspace
  revokeDeviceClaims(input: RevokeDeviceClaimsInput!): RevokeDeviceClaims
  removeDevice(input: RemoveDeviceInput!): RemoveDevice
  updateDevice(deviceId: String!, input: UpdateDeviceInputType): UpdateDevice
  kemperDeviceValid(pinCode: String!, serialNumber: String!): KemperDeviceValid
    @deprecated(reason: "Please use `addPincodeDevice` instead.")
}

type UserType { id: UUID! email: String! firstName: String! lastName: String! fullName: String isApiuser: Boolean! }

type OrganizationType { id: ID! name: String! }

enum WorkspacePermissions {
  basics members billing devices rules cakered whitelabel gateways reports dashboards zones exports
}

type WorkspaceType {
  id: ID!
  name: String!
  slug: String!
  organization: OrganizationType
  myPermissions: [WorkspacePermissions]!
  memberCount: Int
  deviceCount(search: String): Int
  device(serialNumber: String, id: String): DeviceType
  devicesFiltered(
    page: Int, pageSize: Int, all: Boolean, search: String, orderBy: DeviceListOrderByInputType
  ): FilteredDeviceList
}

enum Sort { ASC DESC }

input DeviceListOrderByInputType { serialNumber: Sort }

type FilteredDeviceList { total: Int devices: [DeviceType] }

type DevicePlanType { name: String! slug: String! }

type ProductType { id: UUID! name: String! slug: String! hardware: String! workspace: WorkspaceType }

enum DevicePermissions { edit_basics edit_product record_measurements }

type DeviceType {
  id: UUID!
  verboseName: String!
  serialNumber: String!
  online: Boolean!
  created: String!
  "Whether the lock is closed: true for a new device, and again after each claim."
  claimed: Boolean!
  "Whether the owner's plan lets the device be claimed."
  claimingEnabled: Boolean!
  claimCode: String
  "Override for serial number"
  claimSerialNumber: String!
  myPermissions(workspace: String!): [DevicePermissions]
  plan(workspace: String!): DevicePlanType
  product: ProductType
}

input AddPincodeDeviceInputType { workspace: UUID! serialNumber: String! pinCode: String! }
type AddPincodeDevice { ok: Boolean error: String device: DeviceType }

type ClaimDeviceIntoWorkspace { ok: Boolean }

input RevokeDeviceClaimsInput { deviceIds: [String!]! workspaceId: String! }
type RevokeDeviceClaims { ok: Boolean error: String revokedCount: Int devices: [DeviceType!] }

input RemoveDeviceInput { deviceId: String! workspaceId: String! }
type RemoveDevice { ok: Boolean }

input UpdateDeviceInputType {
  verboseName: String
  canBeClaimed: Boolean
  claimCode: String
  claimSerialNumber: String
}
type UpdateDevice { ok: Boolean device: DeviceType }

type KemperDeviceValid { ok: Boolean isPaid: Boolean }
'''

Resolvers = Mapping[str, GraphQLFieldResolver]


def make(queries: Resolvers, mutations: Resolvers) -> GraphQLSchema:
    """The schema with what answers its outermost fields; below them lie plain values and functions."""
    schema = build_schema(SDL)
    kind = schema.type_map["UUID"]
    assert isinstance(kind, GraphQLScalarType)  # noqa: S101 - the text above says so
    kind.parse_value = _uuid  # type: ignore[method-assign] # which is how a scalar is given its form
    for root, resolvers in ((schema.query_type, queries), (schema.mutation_type, mutations)):
        for name, resolver in resolvers.items():
            assert root is not None  # noqa: S101 - the text above says so
            root.fields[name].resolve = resolver
    return schema


def _uuid(value: Any) -> str:
    try:
        return str(UUID(value))
    except (ValueError, TypeError, AttributeError):
        raise GraphQLError("UUID cannot represent this value.") from None
