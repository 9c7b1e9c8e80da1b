import type { Context } from "@/lib/context";
import type { Aldergate, PlannedHost } from "./seed-aldergate";

/** The scenario's users, labels, exceptions, attention items and activities. */
export async function seedAldergateRecords(ctx: Context, planned: PlannedHost[], { teams, policies, hosts, connectionId }: Aldergate): Promise<void> {
  const now = ctx.now().getTime();
  const ago = (minutes: number) => new Date(now - minutes * 60_000);
  const [ines, omar] = await Promise.all([
    ctx.db.user.create({ data: { email: "ines.ribeiro@aldergate.example", name: "Ines Ribeiro", globalRole: "admin" } }),
    ctx.db.user.create({ data: { email: "omar.haddad@aldergate.example", name: "Omar Haddad", globalRole: "maintainer" } }),
  ]);

  const builtin = await ctx.db.label.findMany({ where: { name: { in: ["All Hosts", "macOS", "macOS 14+ (Sonoma+)"] } }, select: { id: true } });
  const loaners = await ctx.db.label.create({ data: { name: "Loaner Macs", description: "Lent out for a while.", membershipType: "manual" } });
  await ctx.db.labelMembership.createMany({
    data: [
      ...builtin.flatMap(({ id }) => planned.map(({ hostId }) => ({ hostId, labelId: id }))),
      ...planned.filter(({ name }, i) => name.includes("loaner") || i % 60 === 30).map(({ hostId }) => ({ hostId, labelId: loaners.id })),
    ],
  });

  const hostId = (name: string) => hosts.get(name) ?? 0;
  await ctx.db.complianceException.create({
    data: {
      hostId: hostId("mbp-oduya-ceo"),
      reason: "Board meeting, update on Friday",
      grantedById: ines.id,
      createdAt: ago(5900),
      expiresAt: new Date(now + 3 * 86_400_000),
    },
  });
  await ctx.db.attentionItem.createMany({
    data: [
      {
        code: "report_mismatch",
        subject: `host:${hostId("eng-build-mac-studio-lab-rack-2-lower")}`,
        hostId: hostId("eng-build-mac-studio-lab-rack-2-lower"),
        details: {},
        createdAt: ago(1600),
      },
      {
        code: "user_not_found",
        subject: `host:${hostId("mbp-ferraro")}`,
        hostId: hostId("mbp-ferraro"),
        details: { userPrincipalName: "ludovica.ferraro@aldergate.example" },
        createdAt: ago(4290),
      },
      {
        code: "policy_query_at_fault",
        subject: `policy:${policies.get("Chrome is updated within 7 days of a security release")}`,
        policyId: policies.get("Chrome is updated within 7 days of a security release") ?? null,
        details: {},
        createdAt: ago(9000),
        endedAt: ago(8900),
      },
    ],
  });

  const byInes = { actorKind: "user", actorId: ines.id, actorName: ines.name, actorEmail: ines.email };
  const byOmar = { actorKind: "user", actorId: omar.id, actorName: omar.name, actorEmail: omar.email };
  const byServer = { actorKind: "server", actorId: null, actorName: "", actorEmail: "" };
  const changes = planned
    .filter(({ state, report }) => state !== "unsure" && report !== "none")
    .slice(0, 40)
    .map((host) => ({
      ...byServer,
      createdAt: ago(host.changedMinutesAgo),
      type: "host_compliance_changed",
      teamId: teams.get(host.team) ?? 0,
      hostId: host.hostId,
      details: { host_id: host.hostId, host_display_name: host.name, from: host.state === "in" ? "held" : "in", to: host.state, trigger: "policy_results" },
    }));
  const deeds = [
    {
      ...byInes,
      createdAt: ago(70_000),
      type: "added_conditional_access_integration_microsoft",
      teamId: null,
      hostId: null,
      details: { connection_id: connectionId },
    },
    ...[...teams].map(([name, id], i) => ({
      ...byInes,
      createdAt: ago(69_000 - i),
      type: "enabled_conditional_access_automations",
      teamId: id,
      hostId: null,
      details: { team_id: id, team_name: name },
    })),
    {
      ...byOmar,
      createdAt: ago(318),
      type: "requested_host_refetch",
      teamId: teams.get("Engineering") ?? 0,
      hostId: hostId("mbp-tkowalczyk-03"),
      details: { host_id: hostId("mbp-tkowalczyk-03"), host_display_name: "mbp-tkowalczyk-03" },
    },
    {
      ...byInes,
      createdAt: ago(5900),
      type: "conditional_access_exception_granted",
      teamId: teams.get("Executive") ?? 0,
      hostId: hostId("mbp-oduya-ceo"),
      details: { host_id: hostId("mbp-oduya-ceo"), host_display_name: "mbp-oduya-ceo", reason: "Board meeting, update on Friday" },
    },
  ];
  await ctx.db.activity.createMany({ data: [...changes, ...deeds].toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime()) });
}
