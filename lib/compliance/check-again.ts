import type { Context } from "@/lib/context";
import { refetchHosts } from "@/lib/hosts/refetch-hosts";
import { getDeviceProgress } from "./get-device-progress";

const oncePerMs = 10_000;

/**
 * "Check again", pressed at the host itself: the host is asked for everything at its next check-in, and its answers are decided and told ahead of others.
 * Pressing again within 10 s changes nothing.
 * @throws NotFoundError `device_link_too_old`
 */
export async function checkAgain(ctx: Context, token: string): Promise<void> {
  const { facts } = await getDeviceProgress(ctx, token);
  const asked = facts.refetchRequestedAt;
  if (asked && ctx.now().getTime() - asked.getTime() < oncePerMs) return;
  // The token is the right to ask for this one host; it carries no role.
  await refetchHosts({ ...ctx, actor: { kind: "server" } }, { hostIds: [facts.hostId] });
}
