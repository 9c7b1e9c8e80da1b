import type { Db } from "../db/prisma";
import { statement, type Sql } from "../db/sql";
import { isUniqueViolation } from "../db/unique-violation";
import { ConflictError, InvalidInputError, NotFoundError } from "../errors";
import type { Policy as PolicyRow } from "../generated/prisma/client";
import type { Policy, PolicyFields } from "./policy";
import type { LabelScope } from "./policy-scope";

const withLabels = { labels: { include: { label: { select: { id: true, name: true } } }, orderBy: { labelId: "asc" } } } as const;

const lockPolicies = statement("policies.lock_scope", `select id::int as id from policies where team_id is not distinct from $1::int order by id for update`);

interface LoadedPolicy extends PolicyRow {
  labels: { scope: string; label: { id: number; name: string } }[];
}

function toPolicy(row: LoadedPolicy): Policy {
  return { ...row, labels: row.labels.map(({ scope, label }) => ({ id: label.id, name: label.name, scope: scope as LabelScope })) };
}

/** A policy, or null. */
export async function findPolicyRow(db: Db, policyId: number): Promise<Policy | null> {
  const row = await db.policy.findUnique({ where: { id: policyId }, include: withLabels });
  return row && toPolicy(row);
}

/** What a missing policy, and one out of the caller's sight, both look like. */
export function policyNotFound(policyId: number): NotFoundError {
  return new NotFoundError("policy_not_found", `Policy ${policyId} was not found.`);
}

/** The policies with these ids that exist. */
export async function listPolicyRowsById(db: Db, policyIds: number[]): Promise<Policy[]> {
  return (await db.policy.findMany({ where: { id: { in: policyIds } }, include: withLabels, orderBy: { id: "asc" } })).map(toPolicy);
}

/** All policies of one team, or those for all teams for null, with their rows locked until the transaction ends. */
export async function lockPoliciesOfScope(db: Db, sql: Sql, teamId: number | null): Promise<Policy[]> {
  await sql.rows(lockPolicies, [teamId]);
  return (await db.policy.findMany({ where: { teamId }, include: withLabels, orderBy: { id: "asc" } })).map(toPolicy);
}

/** @throws ConflictError `policy_name_taken` */
export async function insertPolicyRow(
  db: Db,
  row: PolicyFields & { teamId: number | null; gatedSince: Date | null; authorId: number | null; authorName: string; authorEmail: string; at: Date },
  labels: { labelId: number; scope: LabelScope }[],
): Promise<Policy> {
  const { at, ...fields } = row;
  return named(row.name, async () =>
    toPolicy(
      await db.policy.create({
        data: { ...fields, versionSince: at, createdAt: at, updatedAt: at, labels: { create: labels.map(({ labelId, scope }) => ({ labelId, scope })) } },
        include: withLabels,
      }),
    ),
  );
}

/** Writes fields and, when given, exactly these labels. @throws ConflictError `policy_name_taken` */
export async function updatePolicyRow(
  db: Db,
  policyId: number,
  patch: Partial<PolicyFields> & { gatedSince?: Date | null; version?: number; versionSince?: Date; updatedAt: Date },
  labels?: { labelId: number; scope: LabelScope }[],
): Promise<Policy> {
  return named(patch.name ?? "", async () =>
    toPolicy(
      await db.policy.update({
        where: { id: policyId },
        data: { ...patch, ...(labels && { labels: { deleteMany: {}, create: labels.map(({ labelId, scope }) => ({ labelId, scope })) } }) },
        include: withLabels,
      }),
    ),
  );
}

/** Marks exactly `policyIds` as gating among the policies of a scope. */
export async function markGatedPolicies(db: Db, policyIds: number[], gated: boolean, at: Date): Promise<void> {
  await db.policy.updateMany({ where: { id: { in: policyIds } }, data: { conditionalAccessEnabled: gated, gatedSince: gated ? at : null, updatedAt: at } });
}

/** Deletes policies; their results stay and mean nothing. */
export async function deletePolicyRows(db: Db, policyIds: number[]): Promise<void> {
  await db.policy.deleteMany({ where: { id: { in: policyIds } } });
}

/**
 * The ids of labels a policy of this team may name: those for all teams and the team's own.
 * @throws InvalidInputError `policy_invalid`, naming the labels that don't exist
 */
export async function resolvePolicyLabels(
  db: Db,
  teamId: number | null,
  names: { scope: LabelScope; name: string }[],
): Promise<{ labelId: number; scope: LabelScope }[]> {
  if (names.length === 0) return [];
  const labels = await db.label.findMany({
    where: { name: { in: names.map(({ name }) => name) }, OR: [{ teamId: null }, ...(teamId === null ? [] : [{ teamId }])] },
    // The team's own label comes last and wins over one of the same name for all teams.
    orderBy: { teamId: { sort: "asc", nulls: "first" } },
  });
  const ids = new Map(labels.map((label) => [label.name, label.id]));
  const missing = names.filter(({ name }) => !ids.has(name));
  if (missing.length > 0) {
    throw new InvalidInputError("policy_invalid", `There is no label "${missing[0]?.name}" that this policy may use.`, {
      fields: missing.map(({ scope, name }) => ({ field: `labels_${scope}`, reason: `There is no label "${name}" that this policy may use.` })),
    });
  }
  return names.map(({ scope, name }) => ({ labelId: ids.get(name) as number, scope }));
}

async function named<Result>(name: string, write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (cause) {
    if (!isUniqueViolation(cause)) throw cause;
    throw new ConflictError("policy_name_taken", `A policy named "${name}" exists here already. Choose another name.`, {
      cause,
      fields: [{ field: "name", reason: "This name is taken in this team; names differ by more than upper and lower case." }],
    });
  }
}
