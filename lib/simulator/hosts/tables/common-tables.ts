import { defineTable, type Cells, type ComputerTable } from "./define-table";
import { readOsVersion } from "./os-version";
import { PEOPLE_TABLES } from "./people-tables";
import type { Computer } from "@/lib/simulator/hosts/computer";

/** Tables that osquery has on macOS, Windows and Linux alike. */
export const COMMON_TABLES: ComputerTable[] = [
  ...PEOPLE_TABLES,
  defineTable(
    "system_info",
    "hostname uuid cpu_type cpu_subtype cpu_brand cpu_physical_cores:int cpu_logical_cores:int cpu_sockets:int cpu_microcode physical_memory:int hardware_vendor hardware_model hardware_version hardware_serial board_vendor board_model board_version board_serial computer_name local_hostname emulated_cpu_type",
    ({ identity }) => [
      {
        hostname: identity.hostname,
        uuid: identity.hardwareUuid,
        cpu_type: identity.platform === "darwin" ? "arm64e" : "x86_64",
        cpu_subtype: identity.platform === "darwin" ? "ARM64E" : "",
        cpu_brand: identity.cpuBrand,
        cpu_physical_cores: identity.cores,
        cpu_logical_cores: identity.cores,
        cpu_sockets: 1,
        cpu_microcode: "",
        physical_memory: identity.memoryBytes,
        hardware_vendor: identity.hardwareVendor,
        hardware_model: identity.hardwareModel,
        hardware_version: identity.platform === "darwin" ? "1.0" : "",
        hardware_serial: identity.serial,
        board_vendor: "",
        board_model: "",
        board_version: "",
        board_serial: "",
        computer_name: identity.computerName,
        local_hostname: identity.hostname.replace(/\.local$/, ""),
        emulated_cpu_type: "",
      },
    ],
  ),
  defineTable(
    "os_version",
    "name version major:int minor:int patch:int build platform platform_like codename arch extra install_date:int revision:int pid_with_namespace:int mount_namespace_id",
    (computer) => [readOsVersion(computer)],
  ),
  defineTable(
    "osquery_info",
    "pid:int uuid instance_id version config_hash config_valid:int extensions build_platform build_distro start_time:int watcher:int platform_mask:int",
    ({ identity, bootedAt }) => [
      {
        pid: 512,
        uuid: identity.hardwareUuid,
        instance_id: identity.instanceId,
        version: identity.osqueryVersion,
        config_hash: "3f2b6a9d",
        config_valid: 1,
        extensions: "active",
        build_platform: identity.platform === "ubuntu" ? "linux" : identity.platform,
        build_distro: identity.platform === "darwin" ? "10.14" : "",
        start_time: Math.floor(bootedAt / 1000) + 40,
        watcher: 510,
        platform_mask: platformMask(identity.platform),
      },
    ],
  ),
  defineTable("platform_info", "vendor version date revision extra firmware_type address size volume_size:int", ({ identity }) => [
    {
      vendor: identity.hardwareVendor,
      version: identity.platform === "darwin" ? "11881.121.1" : "1.14.0",
      date: "",
      revision: "",
      extra: "",
      firmware_type: identity.platform === "darwin" ? "iboot" : "uefi",
      address: "",
      size: "",
      volume_size: null,
    },
  ]),
  defineTable("uptime", "days:int hours:int minutes:int seconds:int total_seconds:int", ({ bootedAt }, now) => {
    const total = Math.max(0, Math.floor((now - bootedAt) / 1000));
    return [
      {
        days: Math.floor(total / 86_400),
        hours: Math.floor(total / 3600) % 24,
        minutes: Math.floor(total / 60) % 60,
        seconds: total % 60,
        total_seconds: total,
      },
    ];
  }),
  defineTable(
    "time",
    "weekday year:int month:int day:int hour:int minutes:int seconds:int timezone local_timezone unix_time:int timestamp datetime iso_8601",
    (_, now) => {
      const date = new Date(now);
      const iso = `${date.toISOString().slice(0, 19)}Z`;
      return [
        {
          weekday: date.toUTCString().slice(0, 3),
          year: date.getUTCFullYear(),
          month: date.getUTCMonth() + 1,
          day: date.getUTCDate(),
          hour: date.getUTCHours(),
          minutes: date.getUTCMinutes(),
          seconds: date.getUTCSeconds(),
          timezone: "UTC",
          local_timezone: "UTC",
          unix_time: Math.floor(now / 1000),
          timestamp: date.toUTCString(),
          datetime: iso,
          iso_8601: iso,
        },
      ];
    },
  ),
  defineTable("routes", "destination netmask:int gateway source flags:int interface mtu:int metric:int type hopcount:int", (computer) => {
    const name = interfaceName(computer);
    const gateway = computer.identity.address.replace(/\.\d+$/, ".1");
    // Windows names the interface of a route by its address
    const owner = computer.identity.platform === "windows" ? computer.identity.address : name;
    return [
      { destination: "0.0.0.0", netmask: 0, gateway, source: "", flags: 2051, interface: owner, mtu: 1500, metric: 0, type: "gateway", hopcount: 0 },
      {
        destination: gateway.replace(/\.1$/, ".0"),
        netmask: 24,
        gateway: "",
        source: "",
        flags: 257,
        interface: owner,
        mtu: 1500,
        metric: 0,
        type: "interface",
        hopcount: 0,
      },
      {
        destination: "127.0.0.1",
        netmask: 32,
        gateway: "127.0.0.1",
        source: "",
        flags: 2053,
        interface: loopbackName(computer),
        mtu: 16_384,
        metric: 0,
        type: "local",
        hopcount: 0,
      },
    ];
  }),
  defineTable("interface_addresses", "interface address mask broadcast point_to_point type friendly_name", (computer) => [
    {
      interface: loopbackName(computer),
      address: "127.0.0.1",
      mask: "255.0.0.0",
      broadcast: "",
      point_to_point: "127.0.0.1",
      type: "unknown",
      friendly_name: "",
    },
    {
      interface: loopbackName(computer),
      address: "::1",
      mask: "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
      broadcast: "",
      point_to_point: "",
      type: "unknown",
      friendly_name: "",
    },
    {
      interface: interfaceName(computer),
      address: computer.identity.address,
      mask: "255.255.255.0",
      broadcast: computer.identity.address.replace(/\.\d+$/, ".255"),
      point_to_point: "",
      type: "dhcp",
      friendly_name: computer.identity.platform === "windows" ? "Wi-Fi" : "",
    },
  ]),
  defineTable(
    "interface_details",
    "interface mac type:int mtu:int metric:int flags:int ipackets:int opackets:int ibytes:int obytes:int ierrors:int oerrors:int last_change:int friendly_name description manufacturer enabled:int physical_adapter:int",
    (computer) => [
      { interface: loopbackName(computer), mac: "00:00:00:00:00:00", type: 24, mtu: 16_384, metric: 0, flags: 32_841, last_change: -1, friendly_name: "" },
      {
        interface: interfaceName(computer),
        mac: computer.identity.mac,
        type: 6,
        mtu: 1500,
        metric: 0,
        flags: 34_915,
        ipackets: 812_334,
        opackets: 402_118,
        ibytes: 1_204_556_231,
        obytes: 98_221_774,
        ierrors: 0,
        oerrors: 0,
        last_change: -1,
        friendly_name: "",
        enabled: 1,
        physical_adapter: 1,
      },
    ],
  ),
  defineTable(
    "mounts",
    "device device_alias path type blocks_size:int blocks:int blocks_free:int blocks_available:int inodes:int inodes_free:int flags:int",
    ({ identity }) => {
      if (identity.platform === "windows") return [];
      const mac = identity.platform === "darwin";
      const device = mac ? "/dev/disk3s1s1" : "/dev/mapper/vgubuntu-root";
      const blocks = Math.floor(identity.diskBytes / 4096);
      const free = Math.floor(identity.diskFreeBytes / 4096);
      const common = { blocks_size: 4096, blocks, blocks_free: free, blocks_available: free, inodes: 2_000_000, inodes_free: 1_500_000, flags: 0 };
      return [
        { device, device_alias: device, path: "/", type: mac ? "apfs" : "ext4", ...common },
        ...(mac ? [{ device: "/dev/disk3s5", device_alias: "/dev/disk3s5", path: "/System/Volumes/Data", type: "apfs", ...common }] : []),
      ];
    },
  ),
  defineTable(
    "processes",
    "pid:int name path cmdline state cwd root uid:int gid:int on_disk:int resident_size:int total_size:int start_time:int parent:int",
    ({ identity, bootedAt }) =>
      ["osqueryd", ...(identity.agent === "fleetd" ? ["orbit", "fleet-desktop"] : []), "kernel_task", "WindowServer", "Finder"].map((name, i) => ({
        pid: 510 + i,
        name,
        path: `/usr/local/bin/${name}`,
        cmdline: name,
        state: "R",
        cwd: "/",
        root: "",
        uid: i < 3 ? 0 : 501,
        gid: 0,
        on_disk: 1,
        resident_size: 48_234_496 + i * 4096,
        total_size: 412_000_000,
        start_time: Math.floor(bootedAt / 1000) + 40,
        parent: 1,
      })),
  ),
  defineTable("listening_ports", "pid:int port:int protocol:int family:int address fd:int socket:int path net_namespace", () => [
    { pid: 88, port: 22, protocol: 6, family: 2, address: "0.0.0.0", fd: 4, socket: 0, path: "", net_namespace: "" },
    { pid: 311, port: 5353, protocol: 17, family: 2, address: "0.0.0.0", fd: 8, socket: 0, path: "", net_namespace: "" },
  ]),
  defineTable("usb_devices", "usb_address:int usb_port:int vendor vendor_id version model model_id serial class subclass protocol removable:int", () => [
    {
      usb_address: 2,
      usb_port: 1,
      vendor: "Yubico",
      vendor_id: "1050",
      version: "5.4",
      model: "YubiKey OTP+FIDO+CCID",
      model_id: "0407",
      serial: "",
      class: "0",
      subclass: "0",
      protocol: "0",
      removable: 1,
    },
  ]),
  defineTable(
    "certificates",
    "common_name subject issuer ca:int self_signed:int not_valid_before:int not_valid_after:int signing_algorithm key_algorithm key_strength key_usage subject_key_id authority_key_id sha1 path serial sid store_location store username store_id issuer2 subject2",
    listCertificates,
  ),
  ...(["homebrew_packages", "chrome_extensions", "firefox_addons", "python_packages", "npm_packages", "vscode_extensions"] as const).map((name) =>
    defineTable(
      name,
      "name version path uid:int identifier extension_id uuid publisher description author browser_type profile profile_path type summary license directory publisher_id installed_at:int prefix auto_update:int active:int disabled:int",
      () =>
        name === "homebrew_packages"
          ? [
              { name: "jq", version: "1.7.1", path: "/opt/homebrew/Cellar/jq" },
              { name: "git", version: "2.50.1", path: "/opt/homebrew/Cellar/git" },
            ]
          : [],
    ),
  ),
];

/** osquery's bit mask of a platform: POSIX 1, Windows 2, Linux 8, macOS 16. */
export function platformMask(platform: Computer["identity"]["platform"]): number {
  return platform === "darwin" ? 21 : platform === "windows" ? 2 : 9;
}

function interfaceName({ identity }: Computer): string {
  return identity.platform === "darwin" ? "en0" : identity.platform === "windows" ? "12" : "wlp1s0";
}

function loopbackName({ identity }: Computer): string {
  return identity.platform === "darwin" ? "lo0" : identity.platform === "windows" ? "1" : "lo";
}

function listCertificates({ identity, state }: Computer, now: number): Cells[] {
  if (state.platformSso.state === "not_registered" || identity.platform === "ubuntu") return [];
  const day = 86_400;
  const seconds = Math.floor(now / 1000);
  return [
    {
      common_name: state.platformSso.deviceId,
      subject: `CN=${state.platformSso.deviceId}`,
      issuer: "DC=net + DC=windows + CN=MS-Organization-Access + OU=82dbaca4-3e81-46ca-9c73-0950c1eaca97",
      ca: 0,
      self_signed: 0,
      not_valid_before: seconds - 200 * day,
      not_valid_after: seconds + 3450 * day,
      signing_algorithm: "sha256WithRSAEncryption",
      key_algorithm: "rsaEncryption",
      key_strength: "2048",
      sha1: deviceCertificateThumbprint(state.platformSso.deviceId),
      store_location: identity.platform === "windows" ? "LocalMachine" : "",
      store: identity.platform === "windows" ? "Personal" : "",
      path: identity.platform === "darwin" ? "/Library/Keychains/System.keychain" : "LocalMachine\\Personal",
      username: "",
      serial: "1A2B3C",
    },
  ];
}

/** A stable thumbprint for the device certificate of an Entra device id: 40 hex digits. */
export function deviceCertificateThumbprint(deviceId: string): string {
  return deviceId.replaceAll("-", "").padEnd(40, "0").slice(0, 40);
}
