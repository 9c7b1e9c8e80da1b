import type { mailActions, mailRoutes } from "@/lib/auth/access/mail-access";
import { overUser } from "./account-recipes";
import type { Recipes, RestCall, Situation } from "./matrix-types";

const newPassword = "lantern-harbour-7-tides";
const ofInvite = async ({ world }: Situation): Promise<RestCall> => ({ params: { id: String(await world.invite()) } });
const newInvite = ({ world }: Situation) => ({ name: "Someone", email: `${world.name("invited").replace(" ", "-")}@example.test` });

/** How the routes of mail, new passwords and invites are called. */
export const mailRouteRecipes: Recipes<keyof typeof mailRoutes, RestCall> = {
  // Open to whoever holds a link's token, or asks for one; these hold none.
  "POST forgot_password": { passes: [429], call: () => ({ body: { email: "nobody@example.test" } }) },
  "POST reset_password": { passes: [404, 422, 429], call: () => ({ body: { new_password: newPassword, password_reset_token: "none" } }) },
  "POST users": { passes: [404, 422, 429], call: () => ({ body: { invite_token: "none", name: "Someone", password: newPassword } }) },
  "GET invites/:id": { passes: [404, 422, 429], call: () => ({ params: { id: "no-token" } }) },
  // Only whom an admin asked for it needs a new password; everybody else is told so.
  "POST perform_required_password_reset": { ownThing: true, ownCaller: true, passes: [409], call: () => ({ body: { new_password: newPassword } }) },
  "POST users/:id/require_password_reset": {
    ...overUser("user:write", (userId) => ({ params: { id: String(userId) }, body: { require: true } }), { apiOnly: false }),
    passes: [422],
  },
  "GET invites": { call: () => ({}) },
  "POST invites": { call: (situation) => ({ body: { ...newInvite(situation), global_role: "observer" } }) },
  "PATCH invites/:id": { call: async (situation) => ({ ...(await ofInvite(situation)), body: { name: situation.world.name("Someone") } }) },
  "DELETE invites/:id": { call: ofInvite },
  "POST invites/:id/resend": { call: ofInvite },
};

/** How the server actions of mail, new passwords and invites are called. */
export const mailActionRecipes: Recipes<keyof typeof mailActions, unknown> = {
  "required-password-reset.choosePassword": { ownThing: true, ownCaller: true, passes: [422], call: () => ({ newPassword, repeated: newPassword }) },
  "mail.saveMail": {
    call: () => ({ enabled: true, host: "mail.example.test", port: "587", security: "starttls", userName: "", fromAddress: "flotilla@example.test" }),
  },
  // The server is a made-up one, so the mail itself fails.
  "mail.sendTest": { passes: [422], call: () => ({}) },
  "invites.sendInvite": { call: (situation) => ({ ...newInvite(situation), ssoEnabled: false, roles: { globalRole: "observer", teamRoles: [] } }) },
  "invites.sendAgain": { call: async ({ world }) => ({ inviteId: await world.invite() }) },
  "invites.takeBack": { call: async ({ world }) => ({ inviteId: await world.invite() }) },
};
