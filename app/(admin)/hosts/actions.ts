"use server";
import { z } from "zod";
import { adminAction } from "@/lib/auth/admin-action";
import { getHostCompliance } from "@/lib/compliance/get-host-compliance";
import { sendNow } from "@/lib/compliance/send-now";
import { deleteHosts } from "@/lib/hosts/delete-hosts";
import { getHost } from "@/lib/hosts/get-host";
import { mostHostsAtOnce } from "@/lib/teams/most-hosts-at-once";
import { refetchHosts } from "@/lib/hosts/refetch-hosts";
import { transferHosts } from "@/lib/hosts/transfer-hosts";
import { randomToken } from "@/lib/secret-box";
import { listEnrollSecrets } from "@/lib/teams/list-enroll-secrets";
import { replaceEnrollSecrets } from "@/lib/teams/replace-enroll-secrets";

const HostIds = z.array(z.number().int().positive()).min(1, "choose at least one host").max(1000);
const TeamId = z.number().int().min(0).nullable();

const hosts = (count: number) => (count === 1 ? "1 host" : `${count.toLocaleString("en")} hosts`);

/** Asks hosts again at their next check-in. */
export const askAgain = adminAction("hosts.askAgain", z.object({ hostIds: HostIds }), async (ctx, form) => {
  const count = await refetchHosts(ctx, form);
  return count === 1 ? "Asked again. The answers come with its next check-in." : `Asked ${hosts(count)} again. The answers come with their next check-ins.`;
});

/** Moves hosts to another team. */
export const moveHosts = adminAction("hosts.moveHosts", z.object({ hostIds: HostIds, teamId: z.number().int().min(0) }), async (ctx, { hostIds, teamId }) => {
  const count = await transferHosts(ctx, { hostIds }, teamId);
  if (count === 0) return "They were in that team already.";
  return count > mostHostsAtOnce
    ? `Moving ${hosts(count)}. They change teams within the next seconds, and their verdicts follow.`
    : `Moved ${hosts(count)}. Their verdicts follow within seconds.`;
});

/** Forgets hosts. */
export const removeHosts = adminAction("hosts.removeHosts", z.object({ hostIds: HostIds }), async (ctx, form) => {
  const count = await deleteHosts(ctx, form);
  return count > mostHostsAtOnce
    ? `Deleting ${hosts(count)}. They leave the list within the next seconds, and Microsoft is told.`
    : `Deleted ${hosts(count)}. Microsoft is being told.`;
});

/** What the side panel shows about one host. */
export const peekAtHost = adminAction("hosts.peekAtHost", z.object({ hostId: z.number().int().positive() }), async (ctx, { hostId }) => {
  const [host, access] = await Promise.all([getHost(ctx, hostId), getHostCompliance(ctx, hostId)]);
  return {
    id: host.id,
    name: host.name,
    person: host.userPrincipalName,
    teamName: host.teamName,
    accessState: access.accessState,
    changedAt: access.changedAt?.toISOString() ?? null,
    reasons: access.reasons,
    waterline: access.waterline,
  };
});

/** The enroll secrets of a team, or the global ones. */
export const showEnrollSecrets = adminAction("hosts.showEnrollSecrets", z.object({ teamId: TeamId }), async (ctx, { teamId }) =>
  shown(await listEnrollSecrets(ctx, teamId)),
);

/** Adds a random enroll secret. */
export const addEnrollSecret = adminAction("hosts.addEnrollSecret", z.object({ teamId: TeamId }), async (ctx, { teamId }) => {
  const secrets = await listEnrollSecrets(ctx, teamId);
  return shown(await replaceEnrollSecrets(ctx, teamId, [...secrets.map(({ secret }) => secret), randomToken(24)]));
});

/** Takes an enroll secret away; hosts that enrolled with it stay enrolled. */
export const removeEnrollSecret = adminAction(
  "hosts.removeEnrollSecret",
  z.object({ teamId: TeamId, secret: z.string().min(1).max(500) }),
  async (ctx, { teamId, secret }) => {
    const secrets = await listEnrollSecrets(ctx, teamId);
    return shown(
      await replaceEnrollSecrets(
        ctx,
        teamId,
        secrets.map((kept) => kept.secret).filter((kept) => kept !== secret),
      ),
    );
  },
);

function shown(secrets: { secret: string; createdAt: Date }[]): { secret: string; createdAt: string }[] {
  return secrets.map(({ secret, createdAt }) => ({ secret, createdAt: createdAt.toISOString() }));
}

/** Tells Microsoft about a host now, ahead of all others. */
export const sendHostNow = adminAction("hosts.sendHostNow", z.object({ hostId: z.number().int().positive() }), async (ctx, { hostId }) => {
  await sendNow(ctx, hostId);
  return "On its way to Microsoft. The answer stands here in a few seconds.";
});
