import { defineTable, type Cells, type ComputerTable } from "./define-table";
import { deviceCertificateThumbprint } from "./common-tables";
import type { Computer } from "@/lib/simulator/hosts/computer";

/** Tables that osquery has on Windows. */
export const WINDOWS_TABLES: ComputerTable[] = [
  defineTable(
    "bitlocker_info",
    "device_id drive_letter persistent_volume_id conversion_status:int protection_status:int encryption_method version:int percentage_encrypted:int lock_status:int",
    ({ state }) => [
      {
        device_id: "\\\\?\\Volume{1c2d}\\",
        drive_letter: "C:",
        persistent_volume_id: "{5A}",
        conversion_status: state.fileVault ? 1 : 0,
        protection_status: state.fileVault ? 1 : 0,
        encryption_method: state.fileVault ? "XTS-AES 128" : "None",
        version: 2,
        percentage_encrypted: state.fileVault ? 100 : 0,
        lock_status: 0,
      },
    ],
  ),
  defineTable("windows_optional_features", "name caption state:int statename", () => [
    { name: "BitLocker", caption: "BitLocker Drive Encryption", state: 1, statename: "Enabled" },
  ]),
  defineTable(
    "windows_security_center",
    "firewall autoupdate antivirus antispyware internet_settings windows_security_center_service user_account_control",
    ({ state }) => [
      {
        firewall: state.firewall ? "Good" : "Poor",
        autoupdate: "Good",
        antivirus: "Good",
        antispyware: "Good",
        internet_settings: "Good",
        windows_security_center_service: "Good",
        user_account_control: "Good",
      },
    ],
  ),
  defineTable(
    "windows_firewall_rules",
    "name app_name action enabled:int grouping direction protocol local_addresses remote_addresses local_ports remote_ports icmp_types_codes profile_domain:int profile_private:int profile_public:int service_name",
    () => [],
  ),
  defineTable("registry", "key path name type data mtime:int", listRegistry),
  defineTable("logical_drives", "device_id type description free_space:int size:int file_system boot_partition:int", ({ identity }) => [
    {
      device_id: "C:",
      type: "Local Fixed Disk",
      description: "Local Fixed Disk",
      free_space: identity.diskFreeBytes,
      size: identity.diskBytes,
      file_system: "NTFS",
      boot_partition: 1,
    },
  ]),
  defineTable(
    "programs",
    "name version install_location install_source language publisher uninstall_string install_date identifying_number package_family_name upgrade_code",
    ({ state }) =>
      state.apps.map(({ name, version }) => ({
        name,
        version,
        install_location: `C:\\Program Files\\${name}\\`,
        install_source: "",
        language: "1033",
        publisher: "",
        uninstall_string: "",
        install_date: "20250114",
        identifying_number: "",
        package_family_name: "",
        upgrade_code: "",
      })),
  ),
  defineTable("ie_extensions", "name registry_path version path", () => []),
  defineTable("chocolatey_packages", "name version summary author license path", () => []),
  defineTable("patch", "csname hotfix_id caption description fix_comments installed_by install_date installed_on", ({ identity }) => [
    {
      csname: identity.hostname,
      hotfix_id: "KB5058411",
      caption: "",
      description: "Security Update",
      fix_comments: "",
      installed_by: "NT AUTHORITY\\SYSTEM",
      install_date: "",
      installed_on: "5/20/2025",
    },
  ]),
];

function listRegistry({ identity, state }: Computer): Cells[] {
  const value = (key: string, name: string, data: string, type = "REG_SZ"): Cells => ({ key, path: `${key}\\${name}`, name, type, data, mtime: 1_750_000_000 });
  const current = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion";
  const enrollment = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Enrollments\\6C2F1A54-0A6E-4E2B-8B52-1D7B0B5C9F10";
  const thumbprint = deviceCertificateThumbprint(state.platformSso.deviceId).toUpperCase();
  const join = `HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\CloudDomainJoin\\JoinInfo\\${thumbprint}`;
  return [
    value(current, "UBR", state.osVersion.split(".")[3] ?? "0", "REG_DWORD"),
    value(current, "DisplayVersion", "24H2"),
    value(current, "InstallationType", "Client"),
    ...(state.mdm
      ? [
          value(enrollment, "DiscoveryServiceFullURL", "https://mdm.example.test/EnrollmentServer/Discovery.svc"),
          value(enrollment, "AADResourceID", "https://mdm.example.test/"),
          value(enrollment, "ProviderID", "ExampleMDM"),
          value(enrollment, "UPN", identity.owner.upn),
          value(enrollment, "EnrollmentState", "1", "REG_DWORD"),
        ]
      : []),
    ...(state.platformSso.state === "not_registered"
      ? []
      : [value(join, "TenantId", identity.tenantId), ...(state.platformSso.state === "registered" ? [value(join, "UserEmail", state.platformSso.upn)] : [])]),
    value(
      "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy\\StandardProfile",
      "EnableFirewall",
      state.firewall ? "1" : "0",
      "REG_DWORD",
    ),
    value(
      "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System",
      "InactivityTimeoutSecs",
      state.screenLock ? "600" : "0",
      "REG_DWORD",
    ),
  ];
}
