import { recordActivity } from "@/lib/activities/record-activity";
import type { SqlContext } from "@/lib/context";
import { inSqlTransaction } from "@/lib/db/transaction";
import { ForbiddenError, TooManyRequestsError, UnauthenticatedError } from "@/lib/errors";
import { hashToken, randomToken } from "@/lib/secret-box";
import {
  fillEmptyDetails,
  findEnrollingHost,
  findSecretTeam,
  insertHost,
  lockEnrollingComputer,
  setNodeKey,
  type EnrolledRow,
  type OrbitFacts,
} from "./enroll-host-queries";
import type { HostDetails } from "./host-details";
import { updateHostRecords } from "./host-record-queries";

/** An agent whose answer got lost comes again after 1 and 4 seconds and is taken by then; two computers with one identity don't fight faster than this. */
const coolDownMs = 3000;
/** Ids that vendors forgot to set, shared by thousands of computers. */
const sharedIds = new Set(["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "03000200-0400-0500-0006-000700080009"]);

/** A computer that asks to be let in. `identifier` is osquery's; both agents of a computer give the same, or share `hardwareUuid`. */
export interface EnrollRequest {
  agent: "osquery" | "orbit";
  secret: string;
  identifier: string;
  hardwareUuid: string;
  hostname: string;
  details?: HostDetails;
  orbitFacts?: OrbitFacts;
}

/** A host that was let in, with the key that identifies it from now on; only its hash is stored. */
export interface EnrolledAgent {
  hostId: number;
  nodeKey: string;
}

/**
 * Lets a computer in by its enroll secret. Both agents of one computer share a host, in either order; who comes again keeps the host and
 * gets a new key. A secret that names another team never moves a host that is there: that is refused and leaves an activity.
 * @throws UnauthenticatedError `enroll_secret_unknown`; ForbiddenError `enroll_other_team`; TooManyRequestsError `enroll_too_fast`
 */
export async function enrollHost(ctx: SqlContext, request: EnrollRequest): Promise<EnrolledAgent> {
  const hardwareUuid = sharedIds.has(request.hardwareUuid.toLowerCase()) ? "" : request.hardwareUuid;
  const refused: { error?: ForbiddenError | TooManyRequestsError } = {};
  const enrolled = await inSqlTransaction(ctx, async (tx) => {
    const secretTeam = request.secret === "" ? undefined : await findSecretTeam(tx.sql, hashToken(request.secret));
    if (secretTeam === undefined) throw new UnauthenticatedError("enroll_secret_unknown", "enroll failed: invalid secret");
    await lockEnrollingComputer(tx.sql, [...new Set([request.identifier.toLowerCase(), hardwareUuid.toLowerCase()])].filter(Boolean));
    const known = await findEnrollingHost(tx.sql, request.identifier, hardwareUuid, request.agent);
    refused.error = known ? findRefusal(known, secretTeam, request.agent, tx.now()) : undefined;
    if (known && refused.error) {
      await tellRefusal(tx, known, secretTeam, refused.error);
      return null;
    }
    const hostId =
      known?.hostId ?? (await insertHost(tx.sql, { teamId: secretTeam, identifier: request.identifier, hardwareUuid, hostname: request.hostname }, tx.now()));
    const nodeKey = randomToken(24);
    await setNodeKey(tx.sql, request.agent, hostId, hashToken(nodeKey), request.identifier, tx.now());
    if (request.orbitFacts) await fillEmptyDetails(tx.sql, hostId, { ...request.orbitFacts, hardwareUuid });
    if (request.details) await updateHostRecords(tx.sql, [{ hostId, details: request.details, detailsDigest: "" }], tx.now());
    if (!known) await tellArrival(tx, hostId, secretTeam ?? 0, request);
    return { hostId, nodeKey };
  });
  if (enrolled) return enrolled;
  throw refused.error as Error;
}

function findRefusal(known: EnrolledRow, secretTeam: number | null, agent: "osquery" | "orbit", now: Date): ForbiddenError | TooManyRequestsError | undefined {
  // A global secret names no team, and the team a host once enrolled into isn't moved to by the secret that it has always had.
  if (secretTeam !== null && secretTeam !== known.teamId && secretTeam !== known.enrolledTeamId) {
    return new ForbiddenError("enroll_other_team", "enroll failed: this host belongs to another team; transfer it or delete it first");
  }
  const last = agent === "osquery" ? known.lastEnrolledAt : known.orbitEnrolledAt;
  if (last && now.getTime() - last.getTime() < coolDownMs) {
    return new TooManyRequestsError(
      "enroll_too_fast",
      "enroll failed: this host enrolled a moment ago; try again in a few seconds",
      Math.ceil(coolDownMs / 1000),
    );
  }
  return undefined;
}

const tellAgainMs = 60 * 60_000;
const shared = globalThis as unknown as { flotillaEnrollRefusals?: Map<string, number> };

// An agent that is refused tries for ever: one activity an hour says it.
async function tellRefusal(tx: SqlContext, host: EnrolledRow, secretTeam: number | null, error: ForbiddenError | TooManyRequestsError): Promise<void> {
  const told = (shared.flotillaEnrollRefusals ??= new Map());
  const key = `${host.hostId} ${error.code}`;
  const now = tx.now().getTime();
  tx.log.warn({ "host.id": host.hostId, "enroll.refused": error.code, "team.id": secretTeam }, "an enrolment was refused");
  if (Math.abs(now - (told.get(key) ?? -Infinity)) < tellAgainMs) return;
  if (told.size >= 10_000) told.clear();
  told.set(key, now);
  await recordActivity(tx, {
    type: "host_enrollment_refused",
    hostId: host.hostId,
    teamId: host.teamId,
    details: { host_id: host.hostId, host_display_name: host.name, reason: error.code, secret_team_id: secretTeam },
  });
}

async function tellArrival(tx: SqlContext, hostId: number, teamId: number, request: EnrollRequest): Promise<void> {
  const name = request.details?.computerName ?? request.orbitFacts?.computerName ?? request.hostname;
  await recordActivity(tx, {
    type: "fleet_enrolled",
    hostId,
    teamId,
    details: {
      host_id: hostId,
      host_display_name: name || request.hostname || request.identifier,
      host_serial: request.details?.hardwareSerial ?? request.orbitFacts?.hardwareSerial ?? "",
    },
  });
}
