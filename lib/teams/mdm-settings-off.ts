/** The device-management settings that clients expect on a team and on the organisation, as they stand while there is no MDM of ours: all off. */
export const mdmSettingsOff = {
  enable_disk_encryption: false,
  macos_updates: { minimum_version: null, deadline: null },
  ios_updates: { minimum_version: null, deadline: null },
  ipados_updates: { minimum_version: null, deadline: null },
  windows_updates: { deadline_days: null, grace_period_days: null },
  macos_settings: { custom_settings: [] },
  windows_settings: { custom_settings: [] },
  macos_setup: {
    bootstrap_package: "",
    macos_setup_assistant: "",
    script: "",
    enable_end_user_authentication: false,
    enable_release_device_manually: false,
    manual_agent_install: false,
    require_all_software_macos: false,
  },
};
