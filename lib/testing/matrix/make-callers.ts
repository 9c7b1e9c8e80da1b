import { startSession } from "@/lib/auth/start-session";
import type { Context, Role, TeamRole } from "@/lib/context";
import { hashToken, randomToken } from "@/lib/secret-box";
import { narrowedTo } from "./expect-answer";
import type { Caller } from "./matrix-types";
import type { World } from "./make-world";

const globalRoles: readonly Role[] = ["admin", "maintainer", "technician", "observer_plus", "observer", "gitops", "none"];
const teamRoles: readonly TeamRole[] = ["admin", "maintainer", "technician", "observer_plus", "observer", "gitops"];

type Kind = Pick<Caller, "kind" | "globalRole" | "teamRole">;

/** Every kind of caller: each role for all, each role on a team, and the credentials that open nothing or little. */
export const callerKinds: readonly Kind[] = [
  ...globalRoles.map((globalRole): Kind => ({ kind: "global", globalRole })),
  ...teamRoles.map((teamRole): Kind => ({ kind: "team", globalRole: "none", teamRole })),
  { kind: "nobody", globalRole: "none" },
  { kind: "disabled", globalRole: "admin" },
  { kind: "narrowed", globalRole: "admin" },
  { kind: "must_reset", globalRole: "admin" },
];

/** A caller of this kind, with sessions of their own. */
export async function makeCaller(world: World, kind: Kind): Promise<Caller> {
  const name = kind.kind === "team" ? `${kind.teamRole} on a team` : kind.kind === "global" ? `${kind.globalRole} for all` : kind.kind;
  if (kind.kind === "nobody") return { ...kind, name, userId: 0, bearer: "", cookie: "", sessionId: "" };
  const { own, own2 } = world;
  // Sessions end by the routes' clock, which is real.
  const ctx: Context = { ...world.ctx, now: () => new Date() };
  const user = await ctx.db.user.create({
    data: {
      email: `${world.name("caller").replace(" ", "-")}@example.test`,
      name,
      globalRole: kind.globalRole,
      mustResetPassword: kind.kind === "must_reset",
      ...(kind.teamRole && { teamRoles: { create: [own, own2].map((teamId) => ({ teamId, role: kind.teamRole as string })) } }),
    },
  });
  const begin = (sort: "api" | "browser") => startSession(ctx, user.id, { kind: sort, userAgent: "matrix", address: "192.0.2.1" });
  const [bearer, cookie] = [(await begin("api")).token, (await begin("browser")).token];
  const session = await ctx.db.session.findFirstOrThrow({ where: { userId: user.id, kind: "api" }, orderBy: { createdAt: "desc" } });
  if (kind.kind === "disabled") await ctx.db.user.update({ where: { id: user.id }, data: { disabledAt: new Date() } });
  return { ...kind, name, userId: user.id, bearer: kind.kind === "narrowed" ? await narrowedToken(ctx, user.id) : bearer, cookie, sessionId: session.id };
}

async function narrowedToken(ctx: Context, userId: number): Promise<string> {
  const token = `flt_${randomToken(32)}`;
  await ctx.db.apiToken.create({ data: { userId, name: "narrow", tokenHash: hashToken(token), routes: [narrowedTo] } });
  return token;
}
