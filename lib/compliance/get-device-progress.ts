import type { SqlContext } from "@/lib/context";
import { NotFoundError } from "@/lib/errors";
import { hashToken } from "@/lib/secret-box";
import { decideDeviceMoment, type DeviceStanding } from "./device-moment";
import { findDeviceByToken, findLastDeviceReport, listDeviceChecks, type DeviceCheck, type DeviceFacts, type DeviceReport } from "./device-page-queries";

export type { DeviceCheck, DeviceFacts, DeviceReport };

/** A device token opens its page for this long after the agent posted it. */
export const deviceTokenLifetimeMs = 60 * 60 * 1000;

/** Everything that the page of one host shows. Nothing of any other host, and no SQL. */
export interface DeviceProgress extends DeviceStanding {
  facts: DeviceFacts;
  /** Keep the person out now: failing first, then those without an answer. */
  toFix: DeviceCheck[];
  /** Fail or have no answer, but don't keep anybody out. */
  later: DeviceCheck[];
  fine: DeviceCheck[];
  report: DeviceReport | null;
  now: Date;
}

/**
 * Where the person at a host stands, by the token of that host's page.
 * @throws NotFoundError `device_link_too_old` for a token that is unknown or older than an hour
 */
export async function getDeviceProgress(ctx: SqlContext, token: string): Promise<DeviceProgress> {
  const now = ctx.now();
  const facts = await findDeviceByToken(ctx.sql, hashToken(token), now, deviceTokenLifetimeMs);
  if (!facts) throw new NotFoundError("device_link_too_old", "This link is too old. Open My device again from the icon in the menu bar.");
  const [checks, report] = await Promise.all([listDeviceChecks(ctx.sql, facts.hostId), findLastDeviceReport(ctx.sql, facts.hostId)]);
  const blocking = checks.filter((check) => check.blocking && check.outcome !== "pass");
  return {
    ...decideDeviceMoment(facts, checks, report, now),
    facts,
    toFix: [...blocking.filter(({ outcome }) => outcome === "fail"), ...blocking.filter(({ outcome }) => outcome === "unknown")],
    later: checks.filter((check) => !check.blocking && check.outcome === "fail"),
    fine: checks.filter(({ outcome }) => outcome === "pass"),
    report,
    now,
  };
}
