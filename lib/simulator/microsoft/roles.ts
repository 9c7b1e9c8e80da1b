/** Which Microsoft API an app role belongs to. */
export type RoleApi = "graph" | "intune";

/** An application permission, as it stands in app manifests and in the `roles` claim. */
export interface AppRole {
  id: string;
  api: RoleApi;
  name: string;
  /** What the consent page says it allows. */
  allows: string;
}

/** The Intune service itself, whose service principal lists the partner endpoints. */
export const intuneServiceAppId = "0000000a-0000-0000-c000-000000000000";

/** Every application permission that the simulator knows. */
export const appRoles: readonly AppRole[] = [
  role("graph", "Application.Read.All", "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30", "Read all applications"),
  role("graph", "Device.Read.All", "7438b122-aefc-4978-80ed-43db9fcc7715", "Read all devices"),
  role("graph", "Device.ReadWrite.All", "1138cb37-bd11-4084-a2b7-9f71582aeddb", "Read and write devices"),
  role("graph", "DeviceManagementServiceConfig.Read.All", "06a5fe6d-c49d-46a7-b082-56b1b14103c7", "Read Intune configuration"),
  role("graph", "Group.Read.All", "5b567255-7703-4780-807c-7be8301ae99b", "Read all groups"),
  role("graph", "GroupMember.Read.All", "98830695-27a2-44f7-8c18-0c3ebc9698f6", "Read all group memberships"),
  role("graph", "GroupMember.ReadWrite.All", "dbaae8cf-10b5-4b86-a4a1-f871c94c6695", "Read and write all group memberships"),
  role("graph", "ServicePrincipalEndpoint.Read.All", "5256681e-b7f6-40c0-8447-2d9db68797a0", "Read service principal endpoints"),
  role("graph", "User.Read.All", "df021288-bdef-4463-88db-98f22de89214", "Read all users' profiles"),
  role("intune", "manage_partner_compliance_policy", "3857e233-c379-404e-85e9-bdbf3a62b28f", "Manage partner compliance policies"),
  role("intune", "update_device_attributes", "7b3c62c0-bbe4-4ceb-971b-ecc50a191b3e", "Send device attributes to Intune"),
  role("intune", "get_device_compliance", "7ec88bad-30c7-4928-a005-4455362cfd98", "Read device compliance from Intune"),
];

/** What an app needs that reports Macs as a compliance partner. */
export const partnerRoles: readonly string[] = [
  "Application.Read.All",
  "Device.Read.All",
  "DeviceManagementServiceConfig.Read.All",
  "GroupMember.Read.All",
  "ServicePrincipalEndpoint.Read.All",
  "User.Read.All",
  "manage_partner_compliance_policy",
  "update_device_attributes",
];

/** The role of that name or id; undefined for a word nobody knows. */
export function findRole(word: string): AppRole | undefined {
  return appRoles.find((each) => each.name === word || each.id === word.toLowerCase());
}

function role(api: RoleApi, name: string, id: string, allows: string): AppRole {
  return { id, api, name, allows };
}
