/** One application permission: what it is for in our words, and the ids that a manifest names. */
export interface RequiredRole {
  /** Any one of these is enough; the first is the one we ask for. */
  names: [string, ...string[]];
  id: string;
  api: "graph" | "intune";
  purpose: string;
  optional: boolean;
}

const resourceIds = { graph: "00000003-0000-0000-c000-000000000000", intune: "c161e42e-d4df-4a3d-9b42-e7a3c31f59d4" };

/**
 * The permissions that reporting Macs as a compliance partner needs.
 * @see https://learn.microsoft.com/graph/permissions-reference
 */
export const requiredRoles: RequiredRole[] = [
  {
    names: ["manage_partner_compliance_policy"],
    id: "3857e233-c379-404e-85e9-bdbf3a62b28f",
    api: "intune",
    purpose: "Create the partner’s policy",
    optional: false,
  },
  { names: ["update_device_attributes"], id: "7b3c62c0-bbe4-4ceb-971b-ecc50a191b3e", api: "intune", purpose: "Send a host’s verdict", optional: false },
  { names: ["Application.Read.All"], id: "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30", api: "graph", purpose: "Find Intune in the tenant", optional: false },
  {
    names: ["ServicePrincipalEndpoint.Read.All"],
    id: "5256681e-b7f6-40c0-8447-2d9db68797a0",
    api: "graph",
    purpose: "Find Intune’s addresses",
    optional: false,
  },
  {
    names: ["GroupMember.Read.All", "Group.Read.All", "GroupMember.ReadWrite.All"],
    id: "98830695-27a2-44f7-8c18-0c3ebc9698f6",
    api: "graph",
    purpose: "Find the group it covers",
    optional: false,
  },
  { names: ["User.Read.All"], id: "df021288-bdef-4463-88db-98f22de89214", api: "graph", purpose: "Match a person to a host", optional: false },
  {
    names: ["Device.Read.All", "Device.ReadWrite.All"],
    id: "7438b122-aefc-4978-80ed-43db9fcc7715",
    api: "graph",
    purpose: "Read back what Entra says",
    optional: false,
  },
  {
    names: ["DeviceManagementServiceConfig.Read.All"],
    id: "06a5fe6d-c49d-46a7-b082-56b1b14103c7",
    api: "graph",
    purpose: "Optional: show the partner’s state here",
    optional: true,
  },
];

/** One line of the permission checklist. */
export interface PermissionState {
  name: string;
  purpose: string;
  optional: boolean;
  granted: boolean;
}

/** The checklist for what a token's `roles` held. */
export function permissionChecklist(granted: string[]): PermissionState[] {
  return requiredRoles.map(({ names, purpose, optional }) => ({
    name: names.find((name) => granted.includes(name)) ?? names[0],
    purpose,
    optional,
    granted: names.some((name) => granted.includes(name)),
  }));
}

/** The names of permissions that are needed and not granted. */
export function missingRoles(granted: string[]): string[] {
  return permissionChecklist(granted).flatMap(({ name, optional, granted: has }) => (optional || has ? [] : [name]));
}

/** What the operator pastes into the app registration's manifest as `requiredResourceAccess`. */
export function appManifest(): { requiredResourceAccess: { resourceAppId: string; resourceAccess: { id: string; type: "Role" }[] }[] } {
  return {
    requiredResourceAccess: (["graph", "intune"] as const).map((api) => ({
      resourceAppId: resourceIds[api],
      resourceAccess: requiredRoles.filter((role) => role.api === api).map(({ id }) => ({ id, type: "Role" as const })),
    })),
  };
}
