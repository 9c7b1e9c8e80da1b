import { defineTable, type ComputerTable } from "./define-table";

const ROOT_DEVICE = "/dev/mapper/vgubuntu-root";

/** Tables that osquery has on Linux. */
export const LINUX_TABLES: ComputerTable[] = [
  defineTable("disk_encryption", "name uuid encrypted:int type encryption_status uid user_uuid", ({ state, identity }) => [
    {
      name: ROOT_DEVICE,
      uuid: identity.instanceId,
      encrypted: state.fileVault,
      type: state.fileVault ? "LUKS2" : "",
      encryption_status: state.fileVault ? "encrypted" : "not encrypted",
      uid: "",
      user_uuid: "",
    },
  ]),
  defineTable(
    "iptables",
    "filter_name chain policy target protocol src_port dst_port src_ip src_mask iniface dst_ip dst_mask outiface match packets:int bytes:int",
    ({ state }) =>
      state.firewall
        ? [
            {
              filter_name: "filter",
              chain: "INPUT",
              policy: "DROP",
              target: "ACCEPT",
              protocol: "6",
              src_port: "",
              dst_port: "22",
              src_ip: "0.0.0.0",
              src_mask: "0.0.0.0",
              iniface: "all",
              dst_ip: "0.0.0.0",
              dst_mask: "0.0.0.0",
              outiface: "all",
              match: "yes",
              packets: 12,
              bytes: 960,
            },
          ]
        : [],
  ),
  defineTable("deb_packages", "name version source size:int arch revision status maintainer section priority admindir", ({ state }) => [
    ...state.apps.map(({ name, version }) => ({
      name: name.toLowerCase().replaceAll(" ", "-"),
      version,
      source: "",
      size: 1024,
      arch: "amd64",
      revision: "",
      status: "install ok installed",
      maintainer: "",
      section: "",
      priority: "optional",
      admindir: "/var/lib/dpkg",
    })),
    {
      name: "openssl",
      version: "3.0.2-0ubuntu1.19",
      source: "",
      size: 2104,
      arch: "amd64",
      revision: "0ubuntu1.19",
      status: "install ok installed",
      maintainer: "",
      section: "utils",
      priority: "important",
      admindir: "/var/lib/dpkg",
    },
  ]),
  defineTable("rpm_packages", "name version release source size:int sha1 arch epoch:int install_time:int vendor package_group", () => []),
  defineTable("portage_packages", "package version slot build_time:int repository eapi:int size:int world:int", () => []),
  defineTable("kernel_info", "version arguments path device", () => [
    { version: "6.8.0-60-generic", arguments: "quiet splash", path: "/boot/vmlinuz-6.8.0-60-generic", device: "" },
  ]),
  defineTable("systemd_units", "id description load_state active_state sub_state unit_file_state", ({ identity }) => [
    {
      id: identity.agent === "fleetd" ? "orbit.service" : "osqueryd.service",
      description: "Agent",
      load_state: "loaded",
      active_state: "active",
      sub_state: "running",
      unit_file_state: "enabled",
    },
  ]),
];
