import { z } from "zod";
import { recordActivity } from "../activities/record-activity";
import type { Context } from "../context";
import { ConflictError } from "../errors";
import { findTeamIds } from "../sso/find-team-ids";
import { decideRoles } from "../sso/roles/decide-roles";
import type { DecidedRoles } from "../sso/roles/role-decision";
import type { SsoPolicy } from "../sso/roles/role-rule";
import { entraAccountId, type SsoIdentity } from "../sso/sso-identity";
import type { SsoRefusal } from "./refuse-sso-sign-in";
import { markSignedIn } from "./sign-in-queries";
import { findUserIdByEntraAccount, insertEntraAccount, listEntraAccountIds } from "./sso-user-queries";
import { userActor } from "./user-actor";
import { tidyName } from "./users/read-user-fields";
import type { User } from "./users/user";
import { findUserWithRoles, findUserWithRolesByEmail, insertUserRow, lockUserRow, replaceTeamRoles } from "./users/users-queries";
import { userDetails, writeRoles } from "./users/write-roles";

type Refusal = Pick<SsoRefusal, "status" | "code" | "reason" | "userId">;
type Policy = SsoPolicy & { name: string };

const Email = z.email().max(254);

const refusal = (status: Refusal["status"], code: string, reason: string, user?: User): { refusal: Refusal } => ({
  refusal: { status, code, reason, ...(user && { userId: user.id }) },
});

/**
 * Finds or adds the user for somebody whom a directory vouches for, gives them their roles and records the sign-in, all in the caller's transaction.
 * `added`: they are new. A refusal has written nothing yet. For admitSsoUser alone.
 */
export async function takeInSsoUser(tx: Context, identity: SsoIdentity, policy: Policy): Promise<{ user: User; added: boolean } | { refusal: Refusal }> {
  const found = await findPerson(tx, identity, policy);
  if ("refusal" in found) return found;
  const decision = decideRoles(identity, policy, { known: found.user !== null, teamIds: await findTeamIds(tx) });
  if (decision.kind === "refused") return refusal("error", decision.code, decision.reason, found.user ?? undefined);
  const user = found.user ?? (await addUser(tx, identity, decision as DecidedRoles, policy));
  if (found.link) await linkIdentity(tx, user, identity, policy);
  const changed = found.user !== null && decision.kind === "roles" && (await replaceRoles(tx, user, decision, policy));
  await markSignedIn(tx.db, user.id, tx.now());
  const admitted = (await findUserWithRoles(tx.db, user.id)) ?? user;
  await recordActivity(asUser(tx, admitted), {
    type: "user_logged_in",
    details: { public_ip: addressOf(tx), ...source(identity, policy), ...(changed && decision.kind === "roles" && { roles_from: decision.from }) },
  });
  return { user: admitted, added: found.user === null };
}

/** The user, locked until the end of the transaction; or null for somebody who may be added; or why not. `link`: the object id is still to be stored. */
async function findPerson(tx: Context, identity: SsoIdentity, policy: Policy): Promise<{ user: User | null; link: boolean } | { refusal: Refusal }> {
  const bySubject = identity.subject && (await findUserIdByEntraAccount(tx.db, entraAccountId(identity.subject)));
  const known = bySubject === null ? null : await lockUserRow(tx.db, tx.sql, bySubject);
  if (known) return whyNotAdmitted(known) ?? { user: known, link: false };
  if (!Email.safeParse(identity.email).success) {
    return refusal("error", "email_missing", "The answer holds no mail address. Give this person one, or send another attribute as the address.");
  }
  if (!identity.emailIsProof) {
    return refusal(
      "error",
      "email_unproven",
      `Nothing proves that ${identity.email} belongs to this person, so it finds no user and makes none. For guests, add the optional claims email and xms_edov to the app in Entra.`,
    );
  }
  const byEmail = await findUserWithRolesByEmail(tx.db, identity.email);
  const user = byEmail && (await lockUserRow(tx.db, tx.sql, byEmail.id));
  if (user) return (await whyNotTheSame(tx, user, identity)) ?? { user, link: identity.subject !== null };
  if (policy.jitProvisioning) return { user: null, link: identity.subject !== null };
  return refusal(
    "account_invalid",
    "user_unknown",
    `No user has the address ${identity.email}, and people aren't added by themselves. Add a user, or switch that on.`,
  );
}

function whyNotAdmitted(user: User): { refusal: Refusal } | null {
  if (user.disabledAt) return refusal("account_disabled", "user_disabled", `${user.email} is disabled. Enable the user to let them in.`, user);
  if (user.apiOnly) return refusal("account_disabled", "user_api_only", `${user.email} is for programs and signs in with API tokens alone.`, user);
  if (user.ssoEnabled) return null;
  return refusal(
    "account_disabled",
    "user_has_password",
    `${user.email} signs in with a password. Switch the user to single sign-on to let them in this way.`,
    user,
  );
}

/** Why somebody with a user's address isn't taken for that user. An address is proof for one first sign-in alone. */
async function whyNotTheSame(tx: Context, user: User, { subject, email }: SsoIdentity): Promise<{ refusal: Refusal } | null> {
  const stored = await listEntraAccountIds(tx.db, user.id);
  if (stored.length > 0 && subject) {
    const reason = `${email} is stored as another person in Entra (object id or tenant differs). If it is the same person, make the user anew.`;
    return refusal("error", "identity_differs", reason, user);
  }
  if (stored.length > 0) {
    const reason = `${email} is known by an Entra object id, and this answer holds none. Send the claims objectidentifier and tenantid.`;
    return refusal("error", "identity_missing", reason, user);
  }
  return whyNotAdmitted(user);
}

async function addUser(tx: Context, identity: SsoIdentity, roles: DecidedRoles, policy: Policy): Promise<User> {
  const name = tidyName(identity.name) || identity.email;
  const row = { email: identity.email, name, ssoEnabled: true, passwordHash: null, globalRole: roles.globalRole, createdAt: tx.now() };
  const id = await insertUserRow(tx.db, row);
  await replaceTeamRoles(tx.db, id, roles.teamRoles);
  const user = await lockUserRow(tx.db, tx.sql, id);
  if (!user) throw new Error(`User ${id} isn't there in the transaction that added it.`);
  await recordActivity(asUser(tx, user), { type: "user_added_by_sso", details: { ...userDetails(user), ...source(identity, policy), ...rolesTold(roles) } });
  return user;
}

async function linkIdentity(tx: Context, user: User, identity: SsoIdentity, policy: Policy): Promise<void> {
  if (!identity.subject) return;
  const accountId = entraAccountId(identity.subject);
  await insertEntraAccount(tx.db, user.id, accountId);
  await recordActivity(asUser(tx, user), {
    type: "linked_user_to_entra",
    details: { ...userDetails(user), ...source(identity, policy), changed: { entra_identity: { from: null, to: accountId } } },
  });
}

/** Says whether roles changed. The last global admin keeps theirs and comes in: a rule gone wrong mustn't lock everyone out. */
async function replaceRoles(tx: Context, user: User, roles: DecidedRoles, policy: Policy): Promise<boolean> {
  try {
    return await writeRoles(tx, user, { globalRole: roles.globalRole, teamRoles: roles.teamRoles });
  } catch (error) {
    if (!(error instanceof ConflictError) || !["last_global_admin", "last_password_admin"].includes(error.code)) throw error;
    await recordActivity(tx, {
      type: "kept_last_global_admin",
      details: { ...userDetails(user), directory_name: policy.name, ...rolesTold(roles), reason: error.message },
    });
    return false;
  }
}

function asUser(tx: Context, user: User): Context {
  return { ...tx, actor: userActor(user, addressOf(tx)) };
}

function addressOf({ actor }: Context): string {
  return actor.kind === "nobody" || actor.kind === "user" ? (actor.address ?? "") : "";
}

function source({ method, directoryId }: SsoIdentity, { name }: Policy): Record<string, unknown> {
  return { sign_in_method: method, ...(directoryId !== null && { directory_id: directoryId }), directory_name: name };
}

function rolesTold({ globalRole, teamRoles, from }: DecidedRoles): Record<string, unknown> {
  return {
    roles_from: from,
    global_role: globalRole === "none" ? null : globalRole,
    team_roles: teamRoles.map(({ teamId, role }) => ({ team_id: teamId, role })),
  };
}
