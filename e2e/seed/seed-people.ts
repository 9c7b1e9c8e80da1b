import { randomUUID } from "node:crypto";
import { startSession } from "@/lib/auth/start-session";
import type { Context } from "@/lib/context";
import { hashToken } from "@/lib/secret-box";
import { settingsFingerprint, type DirectoryTrial } from "@/lib/sso/oidc/directory";
import { personAt, principalOf } from "@/lib/testing/aldergate-people";
import { writeFederationMetadata } from "@/lib/testing/saml/saml-metadata";
import { makeSamlKey } from "@/lib/testing/saml/saml-signing-key";
import type { SeededPeople } from "./seed-stack";

const dayMs = 86_400_000;
const tenantId = "3c0c6ad2-8e6f-4a6c-9f0a-4f6e6a3b1d20";
const firefox = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:143.0) Gecko/20100101 Firefox/143.0";
const safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1";
const longNames = [
  "Anne-Sophie Marie-Thérèse de La Rochefoucauld-Montmorency von und zu Liechtenstein",
  "Þórunn Æðalheiður Guðmundsdóttir-Sveinbjörnsdóttir",
  "Олександра Володимирівна Шевченко-Коцюбинська",
  "Wolfeschlegelsteinhausenbergerdorff-Hohenlohe-Langenburg",
];
const globalRoles = ["observer", "observer", "observer_plus", "technician", "maintainer", "none"];

/**
 * Two hundred people beside the admin, of every kind and state; invites, tokens and sessions; two directories, SAML and mail, all switched on.
 * @param teams ids by name, as the scenario made them
 */
export async function seedPeople(ctx: Context, teams: ReadonlyMap<string, number>): Promise<SeededPeople> {
  const now = ctx.now();
  const ago = (days: number) => new Date(now.getTime() - days * dayMs);
  const ahead = (days: number) => ago(-days);
  const teamIds = [...teams.values()].filter((id) => id !== 0);
  await ctx.db.user.createMany({
    data: Array.from({ length: 200 }, (_, i) => {
      const person = i % 50 === 7 ? `${longNames[Math.floor(i / 50)]}` : personAt(i + 40);
      return {
        name: person,
        email: `${i}.${principalOf(person)}`,
        ssoEnabled: i % 9 !== 4,
        passwordHash: i % 9 === 4 ? "$argon2id$none" : null,
        globalRole: i % 4 === 1 ? "none" : (globalRoles[i % globalRoles.length] ?? "none"),
        disabledAt: i % 31 === 6 ? ago(3) : null,
        lastSignedInAt: i % 6 === 5 ? null : ago((i * i) % 90),
        createdAt: ago(100 + i),
      };
    }),
  });
  const people = await ctx.db.user.findMany({ where: { email: { contains: "." }, ssoEnabled: true }, orderBy: { id: "asc" } });
  await ctx.db.userTeamRole.createMany({
    data: people
      .filter(({ globalRole }, i) => globalRole === "none" && i % 7 !== 3)
      .flatMap(({ id }, i) => teamIds.slice(0, 1 + (i % 3)).map((teamId) => ({ userId: id, teamId, role: i % 5 === 0 ? "admin" : "observer" }))),
  });
  const make = (data: { email: string; name: string } & Record<string, unknown>) => ctx.db.user.create({ data: { createdAt: ago(30), ...data } });
  const long = await make({
    email: "anne-sophie.marie-therese.de-la-rochefoucauld-montmorency.von-und-zu-liechtenstein@subsidiaries.aldergate.example",
    name: longNames[0] as string,
    ssoEnabled: true,
    lastSignedInAt: ago(0.1),
  });
  await ctx.db.userTeamRole.createMany({ data: teamIds.map((teamId, i) => ({ userId: long.id, teamId, role: i === 0 ? "admin" : "observer" })) });
  const disabled = await make({
    email: "left@aldergate.example",
    name: "Ida Left-Lastyear",
    passwordHash: "$argon2id$none",
    globalRole: "maintainer",
    disabledAt: ago(9),
  });
  const program = await make({
    email: "api-only-1@users.invalid",
    name: "Nightly inventory report to the data warehouse",
    apiOnly: true,
    globalRole: "observer",
  });
  const waiting = await make({
    email: "waiting@aldergate.example",
    name: "Nils Waiting",
    passwordHash: "$argon2id$none",
    globalRole: "observer",
    mustResetPassword: true,
  });
  const roleless = await make({ email: "no.role.yet.and.a.long.address@aldergate.example", name: "Noor Roleless", ssoEnabled: true });
  const admin = await ctx.db.user.findFirstOrThrow({ where: { globalRole: "admin", apiOnly: false }, orderBy: { id: "asc" } });

  for (const userId of [admin.id, long.id]) {
    await startSession(ctx, userId, { kind: "browser", userAgent: safari, address: "2001:db8:85a3:8d3:1319:8a2e:370:7348" });
    await startSession(ctx, userId, { kind: "browser", userAgent: firefox, address: "198.51.100.23" });
    await startSession(ctx, userId, { kind: "api", userAgent: "curl/8.14.1", address: "203.0.113.9" });
  }
  const token = (userId: number, name: string, more: object = {}) => ({
    userId,
    name,
    tokenHash: hashToken(`${userId} ${name}`),
    hint: "x7Qk",
    createdById: admin.id,
    createdAt: ago(20),
    ...more,
  });
  await ctx.db.apiToken.createMany({
    data: [
      token(admin.id, "Inventory export for the yearly audit of the Antwerp office", {
        expiresAt: ahead(70),
        lastUsedAt: ago(0.2),
        lastUsedAddress: "2001:db8::12",
      }),
      token(admin.id, "Old laptop", { expiresAt: ago(2), lastUsedAt: ago(5), lastUsedAddress: "198.51.100.7" }),
      token(admin.id, "Health check", { routes: ["GET hosts"] }),
      token(program.id, "First token", { expiresAt: ahead(20), lastUsedAt: ago(0.01), lastUsedAddress: "203.0.113.9" }),
    ],
  });

  const tokens = { invite: `e2e-invite-${randomUUID()}`, ssoInvite: `e2e-invite-${randomUUID()}`, reset: `e2e-reset-${randomUUID()}` };
  await ctx.db.invite.createMany({
    data: Array.from({ length: 12 }, (_, i) => ({
      email: i === 1 ? `a-long-address-${"of-somebody-".repeat(8)}@aldergate.example` : `invited-${i}@aldergate.example`,
      name: i === 1 ? (longNames[3] as string) : personAt(300 + i),
      tokenHash: hashToken(i === 0 ? tokens.invite : i === 2 ? tokens.ssoInvite : randomUUID()),
      ssoEnabled: i % 3 === 2,
      globalRole: i % 4 === 3 ? "maintainer" : "observer",
      invitedById: i === 5 ? disabled.id : admin.id,
      createdAt: ago(8 - i / 2),
      expiresAt: i === 4 ? ago(1) : ahead(1 + i / 2),
    })),
  });
  await ctx.db.passwordReset.create({ data: { tokenHash: hashToken(tokens.reset), userId: waiting.id, via: "mail", expiresAt: ahead(1) } });

  const mail = {
    enabled: true,
    host: "smtp.aldergate.example",
    port: 587,
    security: "starttls",
    userName: "flotilla",
    fromAddress: "flotilla@aldergate.example",
  };
  await ctx.db.mailSettings.upsert({ where: { id: 1 }, create: { id: 1, ...mail }, update: mail });
  const [ended, present] = [makeSamlKey({ notAfter: ago(40), notBefore: ago(800) }), makeSamlKey({ notAfter: ahead(500) })];
  const saml = {
    enabled: true,
    entityId: "fleet",
    idpName: "Aldergate SAML",
    metadata: writeFederationMetadata({ tenantId, signInUrl: `https://login.microsoftonline.com/${tenantId}/saml2`, keys: [present, ended] }),
  };
  await ctx.db.samlSettings.upsert({ where: { id: 1 }, create: { id: 1, ...saml }, update: saml });
  const directories = await seedDirectories(ctx, { userId: admin.id, name: admin.name }, teamIds[0]);
  return {
    users: { admin: admin.id, long: long.id, disabled: disabled.id, program: program.id },
    directories,
    tokens,
    sessions: {
      waiting: (await startSession(ctx, waiting.id, { kind: "browser", userAgent: firefox, address: "127.0.0.1" })).token,
      roleless: (await startSession(ctx, roleless.id, { kind: "browser", userAgent: firefox, address: "127.0.0.1" })).token,
    },
  };
}

/** One that people sign in through, with rules; and a draft whose trial failed. */
async function seedDirectories(ctx: Context, startedBy: DirectoryTrial["startedBy"], teamId: number | undefined): Promise<SeededPeople["directories"]> {
  const row = (index: number, name: string) => ({
    slug: `microsoft-entra-id${index === 0 ? "" : `-${index + 1}`}`,
    name,
    cloud: "global",
    tenantId: index === 0 ? tenantId : randomUUID(),
    clientId: randomUUID(),
    secretCiphertext: "a secret that nobody opens",
  });
  const trial = (of: ReturnType<typeof row>, outcome: Partial<DirectoryTrial>): DirectoryTrial => ({
    id: randomUUID(),
    status: "succeeded",
    settings: settingsFingerprint(of),
    session: "",
    startedAt: ctx.now().toISOString(),
    finishedAt: ctx.now().toISOString(),
    startedBy,
    ...outcome,
  });
  const [first, second] = [row(0, "Aldergate Research"), row(1, "Subsidiaries of Aldergate Research in Belgium, the Netherlands and Luxembourg")];
  const person = {
    name: "Amélie Vandenbroucke-Okonkwo",
    email: "amelie.vandenbroucke-okonkwo@aldergate.example",
    emailIsProof: true,
    tenantId,
    objectId: randomUUID(),
    appRoles: ["fleet.maintainer", "fleet.engineering.observer"],
    groups: 14,
    groupsTruncated: false,
  };
  const on = await ctx.db.ssoDirectory.create({
    data: {
      ...first,
      enabledAt: ctx.now(),
      jitProvisioning: true,
      defaultRole: "observer",
      trial: trial(first, { person, admission: { admitted: true, text: "Maintainer, by the rules" } }),
    },
  });
  const problem = { code: "secret_wrong", text: "Microsoft doesn’t accept the client secret.", detail: "AADSTS7000215" };
  const draft = await ctx.db.ssoDirectory.create({ data: { ...second, trial: trial(second, { status: "failed", problem }) } });
  await ctx.db.ssoRoleRule.createMany({
    data: [
      { directoryId: on.id, source: "app_role", value: "fleet.maintainer", role: "maintainer" },
      { directoryId: on.id, source: "group", value: randomUUID(), role: "observer", teamId: teamId ?? null },
      { directoryId: null, source: "app_role", value: "a-role-with-a-very-long-value-that-somebody-in-the-tenant-chose", role: "technician" },
    ],
  });
  return { on: on.id, draft: draft.id };
}
