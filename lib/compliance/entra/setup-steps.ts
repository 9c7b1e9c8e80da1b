import type { Context } from "@/lib/context";
import type { Connection } from "./connection";
import type { ConnectionChange } from "./connection-queries";
import { ConnectionProblem } from "./connection-problem";
import { discoverAddresses } from "./discover-addresses";
import { findScopingGroup } from "./entra-groups";
import { assignPartnerPolicy, ensurePartnerPolicy } from "./partner-policy";
import { readPartnerState } from "./partner-state";
import { provisionTenant } from "./partner-tenant";
import { getPublicUrl } from "./public-url";
import { readPermissions } from "./read-permissions";
import type { StepName } from "./setup-step-names";

/** What a step found out: a line for the list of steps, and what it leaves on the connection. */
export interface StepResult {
  summary: string;
  change?: ConnectionChange;
}

/** The work of each step. All of it can be repeated: a crash between Microsoft's answer and our note costs a second, equal call. */
export const setupSteps: Record<StepName, (ctx: Context, connection: Connection) => Promise<StepResult>> = {
  async consent(ctx, connection) {
    const roles = await readPermissions(ctx, connection);
    return { summary: `${roles.length} permissions granted`, change: { consentedAt: connection.consentedAt ?? ctx.now() } };
  },

  async services(ctx, connection) {
    await discoverAddresses(ctx, connection, { fresh: true });
    return { summary: "Both found" };
  },

  async tenant(ctx, connection) {
    const { tenantServiceUrl } = await discoverAddresses(ctx, connection);
    const publicUrl = await getPublicUrl(ctx);
    await provisionTenant(ctx, connection, tenantServiceUrl, { on: true, publicUrl });
    return { summary: toldAddress(publicUrl) };
  },

  async policy(ctx, connection) {
    const { tenantServiceUrl } = await discoverAddresses(ctx, connection);
    return { summary: "Policy for macOS exists", change: { partnerPolicyId: await ensurePartnerPolicy(ctx, connection, tenantServiceUrl) } };
  },

  async group(ctx, connection) {
    const { id, name } = await findScopingGroup(ctx, connection);
    return { summary: name, change: { groupId: id, groupName: name } };
  },

  async assign(ctx, connection) {
    const { tenantServiceUrl } = await discoverAddresses(ctx, connection);
    await assignPartnerPolicy(ctx, connection, tenantServiceUrl, connection.partnerPolicyId, connection.groupId);
    return { summary: connection.groupName };
  },

  async test(ctx, connection) {
    const partnerState = await readPartnerState(ctx, connection, connection.grantedRoles);
    refuseEndedPartner(partnerState);
    return { summary: "Everything answers", change: { partnerState } };
  },
};

/** @throws ConnectionProblem `partner_terminated` when an admin has ended the partnership in Intune */
export function refuseEndedPartner(partnerState: string): void {
  if (partnerState !== "terminated" && partnerState !== "rejected") return;
  throw new ConnectionProblem("partner_terminated", `Intune says that the partner is ${partnerState}.`, { partnerState });
}

/** What the `tenant` step notes: the address under which Microsoft was told to send people to us. */
export function toldAddress(publicUrl: string): string {
  return `People are sent to ${publicUrl}`;
}
