import { authorizeFound, isAllowed } from "@/lib/authorize";
import type { SqlContext } from "@/lib/context";
import { hostNotFound } from "@/lib/hosts/host-not-found";
import type { AccessState, Decision } from "./compliance-verdict";
import { describeWaterline, type WaterlineStep } from "./describe-waterline";
import { findHostComplianceFacts, findTeamOfHost, type ReportFacts } from "./host-compliance-queries";
import { reasonSentence, type VerdictReason } from "./verdict-reasons";

/** A reason with its sentence. */
export type SpokenReason = VerdictReason & { sentence: string };

/** A host's access: the verdict, because of what, and how far the word of it has come. */
export interface HostCompliance {
  hostId: number;
  name: string;
  userPrincipalName: string;
  deviceId: string;
  teamOn: boolean;
  auditOnly: boolean;
  accessState: AccessState;
  managed: boolean;
  decision: Decision;
  reasons: SpokenReason[];
  /** What counted at the last change and no longer does. */
  solved: SpokenReason[];
  changedAt: Date | null;
  assessedAt: Date | null;
  /** When time alone can change the verdict: grace ends, an exception ends, silence gets too long. */
  assessAgainAt: Date | null;
  connectionId: number | null;
  report: ReportFacts | null;
  waterline: WaterlineStep[];
}

/**
 * What was decided about a host, why, and what Microsoft knows of it. A host nobody assessed yet is undecided.
 * @throws NotFoundError `host_not_found`; UnauthenticatedError, ForbiddenError
 */
export async function getHostCompliance(ctx: SqlContext, hostId: number): Promise<HostCompliance> {
  const facts = authorizeFound(ctx, await findHostComplianceFacts(ctx.sql, hostId), { permission: "host:read" }, () => hostNotFound(hostId));
  const known = await withoutUnseenHosts(ctx, facts.reasons);
  const speak = (reason: VerdictReason): SpokenReason => ({ ...reason, sentence: reasonSentence(reason) });
  const counts = new Set(facts.reasons.map(identity));
  return {
    hostId,
    name: facts.name,
    userPrincipalName: facts.userPrincipalName,
    deviceId: facts.deviceId,
    teamOn: facts.teamOn,
    auditOnly: facts.auditOnly,
    accessState: facts.accessState ?? "unsure",
    managed: facts.managed ?? false,
    decision: facts.decision ?? "undecided",
    reasons: known.map(speak),
    solved: facts.earlierReasons.filter((reason) => reason.code === "policy_failed" && !counts.has(identity(reason))).map(speak),
    changedAt: facts.changedAt,
    assessedAt: facts.assessedAt,
    assessAgainAt: facts.assessAgainAt,
    connectionId: facts.connectionId,
    report: facts.report,
    waterline: describeWaterline(facts),
  };
}

function identity({ code, policyId }: VerdictReason): string {
  return `${code} ${policyId ?? ""}`;
}

// The other side of a conflict may be a host of a team that the caller doesn't see.
async function withoutUnseenHosts(ctx: SqlContext, reasons: VerdictReason[]): Promise<VerdictReason[]> {
  return Promise.all(
    reasons.map(async ({ otherHostId, ...reason }) => {
      const other = otherHostId === undefined ? null : await findTeamOfHost(ctx.sql, otherHostId);
      return other && isAllowed(ctx, "host:read", { teamId: other.teamId }) ? { ...reason, otherHostId } : reason;
    }),
  );
}
