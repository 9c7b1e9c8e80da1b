import { policyNames } from "./aldergate-people";

/** A policy of the scenario, as its admin wrote it. */
export interface PlannedPolicy {
  name: string;
  /** Without it, for all teams. */
  team?: string;
  gated: boolean;
  critical?: boolean;
  query: string;
  /** What it checks and why, as the person at the Mac reads it. */
  description: string;
  /** How to fix it, a step a line. */
  resolution: string;
}

/** What Aldergate Research asks its Macs. */
export const policyPlan: PlannedPolicy[] = [
  {
    name: policyNames.macos,
    gated: true,
    critical: true,
    query: "SELECT 1 FROM os_version WHERE version_compare(version, '15.4.1') >= 0;",
    description: "15.4.1 closes two holes that are in use.",
    resolution:
      "Save your work and connect this Mac to power.\nOpen **System Settings**, **General**, **Software Update**.\nClick **Update Now**. It takes about half an hour.",
  },
  {
    name: policyNames.fileVault,
    gated: true,
    critical: true,
    query: "SELECT 1 FROM disk_encryption WHERE user_uuid IS NOT '' AND filevault_status = 'on' LIMIT 1;",
    description: "A lost or stolen Mac gives nothing away when its disk is encrypted.",
    resolution:
      "Open **System Settings**, **Privacy & Security**.\nScroll down to **FileVault** and click **Turn On**.\nEnter the password you use to unlock this Mac.",
  },
  {
    name: policyNames.firewall,
    gated: true,
    query: "SELECT 1 FROM alf WHERE global_state >= 1;",
    description: "Keeps other computers in a café or hotel network out of this Mac.",
    resolution: "Open **System Settings**, **Network**, **Firewall**.\nSwitch **Firewall** on.",
  },
  {
    name: policyNames.screen,
    gated: true,
    query: "SELECT 1 FROM screenlock WHERE enabled = 1 AND grace_period <= 300;",
    description: "Nobody can use a Mac whose owner has stepped away.",
    resolution: "Open **System Settings**, **Lock Screen**.\nNext to **Require password after screen saver begins**, choose **5 minutes** or less.",
  },
  {
    name: policyNames.xprotect,
    gated: true,
    query: "SELECT 1 FROM package_receipts WHERE package_id LIKE 'com.apple.pkg.XProtectPlistConfigData%' AND install_time > unixepoch() - 21 * 86400 LIMIT 1;",
    description: "XProtect stops malware that is known; its list has to be fresh.",
    resolution: "Leave this Mac online and awake for an hour. The list comes by itself.",
  },
  {
    name: policyNames.gatekeeper,
    gated: true,
    query: "SELECT 1 FROM gatekeeper WHERE assessments_enabled = 1;",
    description: "macOS checks an app before it opens for the first time.",
    resolution: "Open **System Settings**, **Privacy & Security**.\nUnder **Security**, allow apps from **App Store & Known Developers**.",
  },
  {
    name: policyNames.sip,
    gated: true,
    query: "SELECT 1 FROM sip_config WHERE config_flag = 'sip' AND enabled = 1;",
    description: "Not even an administrator’s program may change macOS itself.",
    resolution: "Ask IT: this is changed in recovery.",
  },
  {
    name: policyNames.sentinel,
    gated: true,
    query: "SELECT 1 FROM processes WHERE name = 'sentineld' LIMIT 1;",
    description: "The agent that looks for attacks has to run.",
    resolution: "Restart this Mac. If the message stays, ask IT.",
  },
  {
    name: policyNames.remote,
    team: "Finance",
    gated: true,
    query: "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM apps WHERE bundle_identifier IN ('com.teamviewer.TeamViewer', 'com.philandro.anydesk'));",
    description: "Nobody else may steer a Mac that makes payments.",
    resolution: "Remove remote-control apps that IT didn’t install.",
  },
  {
    name: policyNames.chrome,
    gated: false,
    query: "SELECT 1 FROM apps WHERE bundle_identifier = 'com.google.Chrome' AND version_compare(bundle_short_version, '137.0.7151.68') >= 0;",
    description: "Old browsers are the usual way in.",
    resolution: "Open Chrome, **About Google Chrome**, and click **Relaunch**.",
  },
  {
    name: policyNames.updates,
    gated: false,
    query: "SELECT 1 FROM managed_policies WHERE domain = 'com.apple.SoftwareUpdate' AND name = 'AutomaticallyInstallMacOSUpdates' AND value = 1 LIMIT 1;",
    description: "Updates come by themselves, at night.",
    resolution: "Open **System Settings**, **General**, **Software Update**, and turn automatic updates on.",
  },
  {
    name: policyNames.guest,
    gated: false,
    query: "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM users WHERE username = 'Guest');",
    description: "Everyone who uses this Mac has an account of their own.",
    resolution: "Open **System Settings**, **Users & Groups**, and turn the guest user off.",
  },
];
