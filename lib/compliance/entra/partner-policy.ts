import type { Context } from "@/lib/context";
import type { Connection } from "./connection";
import { ConnectionProblem } from "./connection-problem";
import type { MicrosoftAnswer } from "./microsoft-client";
import { MicrosoftError } from "./microsoft-error";
import { callPartner } from "./partner-tenant";
import { redactedExcerpt } from "./redact";
import { readList, textOf } from "./read-answer";

const policyName = "Flotilla device trust";
const platform = "macOS";
const zeroGuid = "00000000-0000-0000-0000-000000000000";
const guidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Makes the partner's compliance policy for macOS, or finds the one we made before. Safe to repeat.
 * @returns the policy's id
 * @throws ConnectionProblem `partner_not_added`, `partner_not_approved`, `unexpected_partner_response`; MicrosoftError
 */
export async function ensurePartnerPolicy(ctx: Context, connection: Connection, tenantServiceUrl: string): Promise<string> {
  const url = `${tenantServiceUrl}/PartnerCompliancePolicies?api-version=1.6`;
  try {
    const answer = await callPartner(ctx, connection, {
      method: "POST",
      url,
      body: { DisplayName: policyName, Description: "Whether a Mac passes the policies that gate access.", Platform: platform, PartnerManagedCompliance: true },
    });
    return readNewPolicy(answer);
  } catch (error) {
    if (!(error instanceof MicrosoftError) || error.microsoftStatus !== 409) throw error;
  }
  const existing = await callPartner(ctx, connection, { method: "GET", url });
  // Another partner's or an older policy may stand first: only ours counts.
  const ours = readList(existing.body).find((policy) => textOf(policy, "Platform") === platform && textOf(policy, "DisplayName") === policyName);
  const id = textOf(ours, "Id");
  if (guidPattern.test(id)) return id;
  throw unexpected("Microsoft says that a policy for macOS exists, but doesn't list one of ours.", existing);
}

function readNewPolicy(answer: MicrosoftAnswer): string {
  const location = answer.headers.location ?? "";
  if (location.includes(zeroGuid)) {
    throw new ConnectionProblem("partner_not_added", "Microsoft answered, but created nothing.", {
      requestId: answer.requestId,
      status: answer.status,
      answer: `${answer.status}, empty policy id`,
    });
  }
  // Seen in both shapes: the entity itself, and a collection of one.
  const id = textOf(answer.body, "Id") || textOf(readList(answer.body)[0], "Id");
  if (guidPattern.test(id) && id !== zeroGuid) return id;
  throw unexpected("Microsoft created the policy, but answered something we can't read.", answer);
}

/**
 * Gives the policy to the people of one group. Safe to repeat.
 * @throws ConnectionProblem `assign_failed`; MicrosoftError when it passes by itself
 */
export async function assignPartnerPolicy(ctx: Context, connection: Connection, tenantServiceUrl: string, policyId: string, groupId: string): Promise<void> {
  try {
    const answer = await callPartner(ctx, connection, {
      method: "POST",
      url: `${tenantServiceUrl}/PartnerCompliancePolicies(guid'${policyId}')/Assign?api-version=1.6`,
      body: { assignments: [groupId] },
    });
    const value = textOf(answer.body, "value");
    // The value is text that holds JSON; where it names groups, ours has to be among them.
    if (value && value.includes("assignments") && !value.toLowerCase().includes(groupId.toLowerCase()))
      throw unexpected("Microsoft assigned the policy to another group.", answer);
  } catch (error) {
    const passes = error instanceof MicrosoftError && (error.kind === "throttled" || error.kind === "unreachable" || error.kind === "credential");
    const details = error instanceof MicrosoftError || error instanceof ConnectionProblem ? error.details : undefined;
    if (passes || details === undefined || (error instanceof ConnectionProblem && error.problem === "unexpected_partner_response")) throw error;
    throw new ConnectionProblem("assign_failed", "Microsoft didn't give the policy to the group.", details, error);
  }
}

function unexpected(message: string, answer: MicrosoftAnswer): ConnectionProblem {
  const text = typeof answer.body === "string" ? answer.body : answer.body === null ? "" : JSON.stringify(answer.body);
  return new ConnectionProblem("unexpected_partner_response", message, {
    requestId: answer.requestId,
    status: answer.status,
    answer: redactedExcerpt(text.slice(0, 200)) || "(empty)",
  });
}
