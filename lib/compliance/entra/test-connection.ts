import { authorize } from "@/lib/authorize";
import type { Context } from "@/lib/context";
import type { Connection } from "./connection";
import type { ConnectionErrorCode } from "./connection-state";
import { ConnectionProblem, describeProblem } from "./connection-problem";
import { discoverAddresses } from "./discover-addresses";
import { findScopingGroup } from "./entra-groups";
import { getConnection } from "./get-connection";
import { readPartnerState } from "./partner-state";
import { missingRoles, type PermissionState, permissionChecklist } from "./required-roles";
import { refuseEndedPartner } from "./setup-steps";
import { getToken } from "./tokens";

/** One part of the test. `skipped`: an earlier part it needs failed, or it needs a permission that is optional. */
export interface ConnectionCheck {
  name: "tokens" | "permissions" | "services" | "group" | "partner";
  outcome: "pass" | "fail" | "skipped";
  summary: string;
  code?: ConnectionErrorCode;
  details?: Record<string, unknown>;
}

/** What a test found. */
export interface ConnectionTest {
  passed: boolean;
  testedAt: Date;
  checks: ConnectionCheck[];
  permissions: PermissionState[];
}

/**
 * Tries everything the connection needs, without writing anything at Microsoft: tokens, permissions, addresses, group, partner state.
 * @throws ForbiddenError `permission_denied`; NotFoundError `connection_not_found`
 */
export async function testConnection(ctx: Context, connectionId: number): Promise<ConnectionTest> {
  authorize(ctx, "connection:write");
  const connection = await getConnection(ctx, connectionId);
  if (connection.provider === "audit_only") {
    return {
      passed: true,
      testedAt: ctx.now(),
      checks: [{ name: "tokens", outcome: "skipped", summary: "Watch only: nothing is sent to Microsoft." }],
      permissions: [],
    };
  }
  const checks: ConnectionCheck[] = [];
  const check = async (name: ConnectionCheck["name"], work: () => Promise<string | null>): Promise<boolean> => {
    try {
      const summary = await work();
      checks.push({ name, outcome: summary === null ? "skipped" : "pass", summary: summary ?? "Needs an optional permission." });
      return true;
    } catch (error) {
      const { code, message, details } = describeProblem(error);
      checks.push({ name, outcome: "fail", summary: message, code, details });
      return false;
    }
  };
  let roles: string[] = [];
  const hasTokens = await check("tokens", async () => {
    const tokens = [await getToken(ctx, connection, "graph", { fresh: true }), await getToken(ctx, connection, "intune", { fresh: true })];
    roles = [...new Set(tokens.flatMap((token) => token.roles))];
    return "Microsoft signs this server in.";
  });
  if (hasTokens) await checkTheRest(ctx, connection, roles, check);
  return { passed: checks.every(({ outcome }) => outcome !== "fail"), testedAt: ctx.now(), checks, permissions: permissionChecklist(roles) };
}

async function checkTheRest(
  ctx: Context,
  connection: Connection,
  roles: string[],
  check: (name: ConnectionCheck["name"], work: () => Promise<string | null>) => Promise<boolean>,
): Promise<void> {
  await check("permissions", async () => {
    const missing = missingRoles(roles);
    if (missing.length > 0) throw new ConnectionProblem("consent_incomplete", `Missing: ${missing.join(", ")}.`, { missing });
    return "Every permission is granted.";
  });
  await check("services", async () => {
    await discoverAddresses(ctx, connection, { fresh: true, keep: false });
    return "Both of Intune's services are found.";
  });
  await check("group", async () => `Covers ${(await findScopingGroup(ctx, connection)).name}.`);
  await check("partner", async () => {
    const state = await readPartnerState(ctx, connection, roles);
    refuseEndedPartner(state);
    return state === "" ? null : `Intune says the partner is ${state}.`;
  });
}
