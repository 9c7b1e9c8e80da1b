import { defineTable, type ComputerTable } from "./define-table";

/** Tables that osquery has on macOS. */
export const MACOS_TABLES: ComputerTable[] = [
  defineTable("disk_encryption", "name uuid encrypted:int type encryption_status uid user_uuid filevault_status", ({ state, identity }) => {
    const on = state.fileVault;
    return [
      {
        name: "/dev/disk3s1s1",
        uuid: identity.hardwareUuid,
        encrypted: 1,
        type: "APFS Encryption",
        encryption_status: "encrypted",
        uid: "",
        user_uuid: "",
        filevault_status: on ? "on" : "off",
      },
      {
        name: "/dev/disk3s5",
        uuid: identity.hardwareUuid,
        encrypted: 1,
        type: "APFS Encryption",
        encryption_status: "encrypted",
        uid: on ? "501" : "",
        user_uuid: on ? identity.hardwareUuid : "",
        filevault_status: on ? "on" : "off",
      },
    ];
  }),
  defineTable(
    "alf",
    "allow_signed_enabled:int firewall_unload:int global_state:int logging_enabled:int logging_option:int stealth_enabled:int version",
    ({ state }) => [
      {
        allow_signed_enabled: 1,
        firewall_unload: 0,
        global_state: state.firewall ? 1 : 0,
        logging_enabled: 0,
        logging_option: 0,
        stealth_enabled: state.firewall ? 1 : 0,
        version: "1.6",
      },
    ],
  ),
  defineTable("gatekeeper", "assessments_enabled:int dev_id_enabled:int version opaque_version", ({ state }) => [
    { assessments_enabled: state.gatekeeper, dev_id_enabled: state.gatekeeper, version: "8.0", opaque_version: "94" },
  ]),
  defineTable("screenlock", "enabled:int grace_period:int", ({ state }) => [{ enabled: state.screenLock, grace_period: state.screenLock ? 0 : -1 }]),
  defineTable("sip_config", "config_flag enabled:int enabled_nvram:int", ({ state }) =>
    ["sip", "allow_apple_internal", "allow_unrestricted_fs"].map((flag) => ({
      config_flag: flag,
      enabled: flag === "sip" && state.systemIntegrity,
      enabled_nvram: flag === "sip" && state.systemIntegrity,
    })),
  ),
  defineTable("managed_policies", "domain uuid name value username manual:int", ({ state }) => {
    if (!state.mdm) return [];
    const policy = (domain: string, name: string, value: string) => ({ domain, uuid: "", name, value, username: "", manual: 0 });
    return [
      policy("com.apple.screensaver", "askForPassword", state.screenLock ? "1" : "0"),
      policy("com.apple.screensaver", "askForPasswordDelay", "0"),
      policy("com.apple.screensaver", "idleTime", state.screenLock ? "600" : "0"),
      policy("com.apple.MCX", "dontAllowFDEDisable", state.fileVault ? "1" : "0"),
      policy("com.apple.SoftwareUpdate", "AutomaticallyInstallMacOSUpdates", "1"),
      policy("com.apple.mobiledevice.passwordpolicy", "minLength", "12"),
    ];
  }),
  defineTable("preferences", "domain key subkey value forced:int username host path", ({ state }) => [
    {
      domain: "com.apple.screensaver",
      key: "idleTime",
      subkey: "",
      value: state.screenLock ? "600" : "0",
      forced: state.mdm,
      username: state.signedInUser,
      host: "current",
      path: "",
    },
    {
      domain: "com.apple.alf",
      key: "globalstate",
      subkey: "",
      value: state.firewall ? "1" : "0",
      forced: 0,
      username: "",
      host: "any",
      path: "/Library/Preferences/com.apple.alf.plist",
    },
  ]),
  defineTable("plist", "key subkey value path", ({ state }) => [
    { key: "globalstate", subkey: "", value: state.firewall ? "1" : "0", path: "/Library/Preferences/com.apple.alf.plist" },
    { key: "AutomaticCheckEnabled", subkey: "", value: "1", path: "/Library/Preferences/com.apple.SoftwareUpdate.plist" },
  ]),
  defineTable(
    "apps",
    "name path bundle_executable bundle_identifier bundle_name bundle_short_version bundle_version bundle_package_type environment element compiler development_region display_name info_string minimum_system_version category applescript_enabled copyright last_opened_time:real",
    ({ state }, now) =>
      state.apps.map(({ name, bundleIdentifier, version }, i) => ({
        name,
        path: `/Applications/${name}`,
        bundle_executable: name.replace(/\.app$/, ""),
        bundle_identifier: bundleIdentifier,
        bundle_name: name.replace(/\.app$/, ""),
        bundle_short_version: version,
        bundle_version: version,
        bundle_package_type: "APPL",
        display_name: "",
        minimum_system_version: "12.0",
        category: "",
        last_opened_time: Math.floor(now / 1000) - 3600 * (i + 1) + 0.5,
      })),
  ),
  defineTable(
    "file",
    "path directory filename inode:int uid:int gid:int mode device:int size:int block_size:int atime:int mtime:int ctime:int btime:int hard_links:int symlink:int type",
    ({ state }) =>
      state.apps.map(({ name }, i) => ({
        path: `/Applications/${name}`,
        directory: "/Applications",
        filename: name,
        inode: 1000 + i,
        uid: 0,
        gid: 80,
        mode: "0755",
        size: 96,
        type: "directory",
        mtime: 1_750_000_000,
        symlink: 0,
        hard_links: 3,
      })),
  ),
  defineTable("safari_extensions", "uid:int name identifier version sdk path bundle_version copyright description extension_type", () => []),
  defineTable("system_extensions", "path UUID state identifier version category bundle_path team mdm_managed:int", ({ state }) => [
    {
      path: "/Applications/Endpoint.app",
      state: "activated_enabled",
      identifier: "example.endpoint.network",
      version: "4.1",
      category: "com.apple.system_extension.network_extension",
      bundle_path: "",
      team: "ABCDE12345",
      mdm_managed: state.mdm,
    },
  ]),
  defineTable(
    "sharing_preferences",
    "screen_sharing:int file_sharing:int printer_sharing:int remote_login:int remote_management:int remote_apple_events:int internet_sharing:int bluetooth_sharing:int disc_sharing:int content_caching:int",
    () => [
      {
        screen_sharing: 0,
        file_sharing: 0,
        printer_sharing: 0,
        remote_login: 0,
        remote_management: 0,
        remote_apple_events: 0,
        internet_sharing: 0,
        bluetooth_sharing: 0,
        disc_sharing: 0,
        content_caching: 0,
      },
    ],
  ),
  defineTable(
    "battery",
    "manufacturer model serial_number cycle_count:int state charging:int charged:int health condition percent_remaining:int designed_capacity:int max_capacity:int",
    ({ index }) => [
      {
        manufacturer: "Apple",
        model: "bq40z651",
        serial_number: `F8Y${1000 + index}`,
        cycle_count: (index * 37) % 400,
        state: "AC Power",
        charging: 0,
        charged: 1,
        health: "Good",
        condition: "Normal",
        percent_remaining: 100,
        designed_capacity: 6249,
        max_capacity: 5890,
      },
    ],
  ),
  defineTable("launchd", "path name label program run_at_load keep_alive on_demand disabled username groupname", ({ identity }) =>
    identity.agent === "fleetd"
      ? [
          {
            path: "/Library/LaunchDaemons/com.fleetdm.orbit.plist",
            name: "com.fleetdm.orbit.plist",
            label: "com.fleetdm.orbit",
            program: "",
            run_at_load: "1",
            keep_alive: "1",
            on_demand: "",
            disabled: "",
            username: "",
            groupname: "",
          },
        ]
      : [],
  ),
  defineTable("kernel_info", "version arguments path device", () => [{ version: "24.5.0", arguments: "", path: "/System/Library/Kernels/kernel", device: "" }]),
  defineTable("software_update", "software_update_required:int", () => [{ software_update_required: 0 }]),
  defineTable("account_policy_data", "uid:int creation_time:real failed_login_count:int failed_login_timestamp:real password_last_set_time:real", () => [
    { uid: 501, creation_time: 1_720_000_000.25, failed_login_count: 0, failed_login_timestamp: 0, password_last_set_time: 1_745_000_000.5 },
  ]),
  defineTable("user_ssh_keys", "uid:int path encrypted:int key_type pid_with_namespace:int", ({ identity }) => [
    { uid: 501, path: `/Users/${identity.owner.username}/.ssh/id_ed25519`, encrypted: 1, key_type: "ed25519", pid_with_namespace: 0 },
  ]),
];
