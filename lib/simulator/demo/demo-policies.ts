/** A policy as the REST API takes it, with steps that the person at the Mac can follow. */
export interface DemoPolicy {
  name: string;
  query: string;
  description: string;
  resolution: string;
  platform: "darwin";
  critical: boolean;
  conditional_access_enabled: boolean;
}

/** Passes while the startup disk is encrypted. */
export const fileVaultPolicy: DemoPolicy = {
  name: "FileVault is on",
  query: "SELECT 1 FROM disk_encryption WHERE user_uuid <> '' AND filevault_status = 'on' LIMIT 1;",
  description: "A lost or stolen Mac gives nothing away when its disk is encrypted.",
  resolution: [
    "1. Open the Apple menu and choose System Settings.",
    "2. Choose Privacy & Security, and scroll down to FileVault.",
    "3. Click Turn On, and enter the password you use to unlock this Mac.",
    "4. Keep working. Encrypting goes on by itself, also after a restart.",
  ].join("\n"),
  platform: "darwin",
  critical: true,
  conditional_access_enabled: true,
};

/** Passes while the firewall filters incoming connections. */
export const firewallPolicy: DemoPolicy = {
  name: "Firewall is on",
  query: "SELECT 1 FROM alf WHERE global_state >= 1;",
  description: "The firewall keeps other computers in a café or hotel network out of this Mac.",
  resolution: ["1. Open the Apple menu and choose System Settings.", "2. Choose Network, then Firewall.", "3. Switch Firewall on."].join("\n"),
  platform: "darwin",
  critical: false,
  conditional_access_enabled: true,
};

/** Passes while the screen asks for a password. */
export const screenLockPolicy: DemoPolicy = {
  name: "Screen asks for a password",
  query: "SELECT 1 FROM screenlock WHERE enabled = 1;",
  description: "Nobody can use a Mac whose owner has stepped away.",
  resolution: [
    "1. Open the Apple menu and choose System Settings.",
    "2. Choose Lock Screen.",
    "3. Next to “Require password after screen saver begins or display is turned off”, choose Immediately.",
  ].join("\n"),
  platform: "darwin",
  critical: false,
  conditional_access_enabled: true,
};

/** Passes while only known apps may open. It tells, and blocks nobody. */
export const gatekeeperPolicy: DemoPolicy = {
  name: "Gatekeeper is on",
  query: "SELECT 1 FROM gatekeeper WHERE assessments_enabled = 1;",
  description: "macOS checks an app before it opens it for the first time.",
  resolution: [
    "1. Open the Apple menu and choose System Settings.",
    "2. Choose Privacy & Security, and scroll down to Security.",
    "3. Under “Allow applications from”, choose App Store & Known Developers.",
  ].join("\n"),
  platform: "darwin",
  critical: false,
  conditional_access_enabled: false,
};

/** Passes from macOS 15 on. It tells, and blocks nobody. */
export const recentSystemPolicy: DemoPolicy = {
  name: "macOS is 15 or newer",
  query: "SELECT 1 FROM os_version WHERE major >= 15;",
  description: "Older systems no longer get every security update.",
  resolution: [
    "1. Save your work, and connect this Mac to power.",
    "2. Open the Apple menu, choose System Settings, General, Software Update.",
    "3. Click Update Now. It takes about half an hour, and this Mac restarts.",
  ].join("\n"),
  platform: "darwin",
  critical: false,
  conditional_access_enabled: false,
};
