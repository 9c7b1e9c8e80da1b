import { entry, evenBeforeReset } from "./access-entry";

/** The REST routes of new passwords and invites. Who forgot a password or holds an invite isn't signed in yet: their link speaks for them. */
export const mailRoutes = {
  "POST forgot_password": entry("Ask for a new password by mail", "open"),
  "POST reset_password": entry("Choose a new password by a link", "open"),
  "POST perform_required_password_reset": evenBeforeReset(entry("Choose the new password that an admin asked for", "signed_in")),
  "POST users/:id/require_password_reset": entry("Ask a user for a new password", "user:write", "team"),
  "POST users": entry("Accept an invite", "open"),
  "GET invites": entry("List invites", "invite:read"),
  "POST invites": entry("Invite somebody", "invite:write"),
  "GET invites/:id": entry("Look at an invite by its link", "open"),
  "PATCH invites/:id": entry("Change an invite", "invite:write"),
  "DELETE invites/:id": entry("Take an invite back", "invite:write"),
  "POST invites/:id/resend": entry("Send an invite again", "invite:write"),
} as const;

/** The server actions of the same pages, and of how mail is sent. */
export const mailActions = {
  "required-password-reset.choosePassword": evenBeforeReset(entry("Choose the new password that an admin asked for", "signed_in")),
  "mail.saveMail": entry("Save how mail is sent", "security_settings:write"),
  "mail.sendTest": entry("Send a test mail", "security_settings:write"),
  "invites.sendInvite": entry("Invite somebody", "invite:write"),
  "invites.sendAgain": entry("Send an invite again", "invite:write"),
  "invites.takeBack": entry("Take an invite back", "invite:write"),
} as const;
