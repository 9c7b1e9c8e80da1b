import { randomUUID } from "node:crypto";
import { startSession } from "@/lib/auth/start-session";
import type { Context } from "@/lib/context";
import { hashToken, randomToken, sealSecret } from "@/lib/secret-box";
import { secretPurpose } from "@/lib/sso/oidc/directory-secret";
import { enrolledHost, makeConnection, makePolicy, makeTeam, type EnrolledHost } from "../scenarios";
import type { Place, Situation } from "./matrix-types";

/** The teams of the matrix, and makers of every kind of thing at a place. What is made belongs to one call alone. */
export interface World {
  ctx: Context;
  own: number;
  /** A second team on which team callers hold the same role, to move things from. */
  own2: number;
  other: number;
  connectionId: number;
  /** The team that stands for a place; null where it is no team. */
  team(place: Place): number | null;
  /** The same, made anew for a global role's call that is let through, because it may change or delete it. */
  freshTeam(situation: Situation): Promise<number>;
  host(place: Place): Promise<EnrolledHost>;
  /** A manual label. */
  label(place: Place): Promise<{ labelId: number; name: string }>;
  policy(place: Place, options?: { gated?: boolean }): Promise<{ policyId: number; name: string }>;
  /** A report about a host of the place. */
  report(place: Place, state?: string): Promise<{ reportId: string; hostId: number }>;
  /** Somebody with a role on the place's team; at "none" and "all" with a global role. */
  user(place: Place, options?: { apiOnly?: boolean }): Promise<{ userId: number; email: string }>;
  /** A session of a user; its id. */
  session(userId: number): Promise<string>;
  /** An API token of a user; its id. */
  apiToken(userId: number): Promise<number>;
  /** An invite that wasn't accepted yet; its id. */
  invite(): Promise<number>;
  /** A directory that was never tried; its id. */
  directory(): Promise<number>;
  /** A name that nothing else has. */
  name(what: string): string;
}

/** Makes the teams and a connection to a tenant that is never reached. */
export async function makeWorld(ctx: Context): Promise<World> {
  const [own, own2, other] = await Promise.all(["Own", "Own too", "Other"].map(async (name) => (await makeTeam(ctx, { name })).teamId));
  if (!own || !own2 || !other) throw new Error("makeTeam gave no team.");
  const { connectionId } = await makeConnection(ctx);
  const mail = { enabled: true, host: "mail.example.test", fromAddress: "flotilla@example.test" };
  await ctx.db.mailSettings.upsert({ where: { id: 1 }, create: { id: 1, ...mail }, update: mail });
  let made = 0;
  const name = (what: string) => `${what} ${(made += 1)}`;
  const team = (place: Place): number | null => ({ own, other, none: 0, all: null, any: null })[place];
  const host = (place: Place) => enrolledHost(ctx, { teamId: team(place) ?? 0, name: name("host") });
  return {
    ctx,
    own,
    own2,
    other,
    connectionId,
    team,
    name,
    host,
    freshTeam: async ({ place, caller, allowed }) =>
      allowed && caller.kind === "global" && place !== "none" ? (await makeTeam(ctx, { name: name("Team") })).teamId : (team(place) ?? 0),
    label: async (place) => {
      const label = await ctx.db.label.create({ data: { name: name("label"), labelType: "regular", membershipType: "manual", teamId: team(place) } });
      return { labelId: label.id, name: label.name };
    },
    policy: (place, { gated = false } = {}) => makePolicy(ctx, { teamId: team(place), name: name("policy"), gated }),
    report: async (place, state = "failed") => {
      const { hostId, deviceId } = await host(place);
      const at = ctx.now();
      const reportId = randomUUID();
      await ctx.db.complianceReport.create({
        data: {
          id: reportId,
          hostId,
          connectionId,
          provider: "intune_partner",
          kind: "verdict",
          deviceId,
          managed: true,
          compliant: true,
          state,
          causedAt: at,
          createdAt: at,
          endedAt: at,
        },
      });
      return { reportId, hostId };
    },
    session: async (userId) => {
      if (userId === 0) return "none";
      await startSession({ ...ctx, now: () => new Date() }, userId, { kind: "api", userAgent: "matrix", address: "192.0.2.2" });
      return (await ctx.db.session.findFirstOrThrow({ where: { userId, address: "192.0.2.2" }, orderBy: { createdAt: "desc" } })).id;
    },
    apiToken: async (userId) => {
      if (userId === 0) return 1;
      return (await ctx.db.apiToken.create({ data: { userId, name: name("token"), tokenHash: hashToken(randomToken()) } })).id;
    },
    invite: async () => {
      const expiresAt = new Date(Date.now() + 86_400_000);
      const email = `${name("invited").replace(" ", "-")}@example.test`;
      return (await ctx.db.invite.create({ data: { email, name: "Someone", tokenHash: hashToken(randomToken()), globalRole: "observer", expiresAt } })).id;
    },
    directory: async () => {
      const secretCiphertext = sealSecret("a secret of Entra", secretPurpose);
      const ids = { tenantId: randomUUID(), clientId: randomUUID() };
      return (await ctx.db.ssoDirectory.create({ data: { ...ids, slug: name("slug").replace(" ", "-"), name: name("Directory"), secretCiphertext } })).id;
    },
    user: async (place, { apiOnly = false } = {}) => {
      const teamId = team(place) || null;
      const email = `${name("someone").replace(" ", "-")}@example.test`;
      const user = await ctx.db.user.create({
        data: {
          email,
          name: "Someone",
          apiOnly,
          globalRole: teamId ? "none" : "observer",
          ...(teamId && { teamRoles: { create: { teamId, role: "observer" } } }),
        },
      });
      return { userId: user.id, email };
    },
  };
}
