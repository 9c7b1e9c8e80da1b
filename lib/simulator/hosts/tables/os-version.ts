import type { Computer } from "@/lib/simulator/hosts/computer";
import type { Cells } from "./define-table";

const MAC_BUILDS: Record<string, string> = { "15.5": "24F74", "15.6.1": "24G90", "26.0": "25A354", "14.7.6": "23H626" };

/** The row of `os_version`, from the operating system that is installed now. */
export function readOsVersion({ identity, state }: Computer): Cells {
  const [major = "0", minor = "0", patch = "0", revision = "0"] = state.osVersion.split(".");
  if (identity.platform === "windows") {
    return {
      name: "Microsoft Windows 11 Pro",
      version: `${major}.${minor}.${patch}`,
      major,
      minor,
      patch: null,
      build: patch,
      revision,
      platform: "windows",
      platform_like: "windows",
      codename: "Microsoft Windows 11 Pro",
      arch: "64-bit",
      extra: "",
      install_date: 1_712_345_678,
    };
  }
  if (identity.platform === "ubuntu") {
    return {
      name: "Ubuntu",
      version: `${state.osVersion} LTS (Jammy Jellyfish)`,
      major,
      minor,
      patch: 0,
      build: "",
      platform: "ubuntu",
      platform_like: "debian",
      codename: "jammy",
      arch: "x86_64",
      extra: "",
      pid_with_namespace: 0,
      mount_namespace_id: "",
    };
  }
  return {
    name: "macOS",
    version: state.osVersion,
    major,
    minor,
    patch,
    build: MAC_BUILDS[state.osVersion] ?? `${Number(major) + 9}A100`,
    platform: "darwin",
    platform_like: "darwin",
    codename: "",
    arch: "arm64e",
    extra: "",
    install_date: 1_750_000_000,
  };
}
