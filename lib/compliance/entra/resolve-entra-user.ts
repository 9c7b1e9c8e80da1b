import type { Context } from "@/lib/context";
import { cloudProfile } from "./clouds";
import type { Connection } from "./connection";
import { findEntraUser, forgetEntraUser, keepEntraUsers, listNextNames, type EntraUserRow } from "./entra-user-queries";
import { callMicrosoft } from "./microsoft-client";
import { MicrosoftError } from "./microsoft-error";
import { mostInOneQuestion } from "./provider";
import { readList, textOf } from "./read-answer";

const keptForMs = 24 * 60 * 60 * 1000;

/** Whom a device belongs to, or why that can't be said. */
export type ResolvedUser = { kind: "found"; objectId: string } | { kind: "not_found" } | { kind: "disabled" } | { kind: "nobody_yet" };

/**
 * The object id of a device's person: by user principal name (asked from Graph once in 24 h), or, without a name, the device's single registered owner.
 * @throws MicrosoftError
 * @see https://learn.microsoft.com/graph/api/user-get
 */
export async function resolveEntraUser(ctx: Context, connection: Connection, userPrincipalName: string, deviceId: string): Promise<ResolvedUser> {
  return userPrincipalName ? findByName(ctx, connection, userPrincipalName) : findByDevice(ctx, connection, deviceId);
}

/** Graph's address of a user: a name that starts with `$` or holds a quote needs the quoted form, and `#` of a guest's name must be encoded. */
export function userPath(userPrincipalName: string): string {
  const plain = /^[^$'/]+$/.test(userPrincipalName);
  return plain
    ? `users/${encodeURIComponent(userPrincipalName)}`
    : `users('${encodeURIComponent(userPrincipalName.replaceAll("'", "''")).replaceAll("%27", "'")}')`;
}

async function findByName(ctx: Context, connection: Connection, userPrincipalName: string): Promise<ResolvedUser> {
  const since = new Date(ctx.now().getTime() - keptForMs);
  const known = await findEntraUser(ctx.sql, connection.id, userPrincipalName, since);
  if (known?.accountEnabled) return { kind: "found", objectId: known.objectId };
  const company = known ? [] : await listNextNames(ctx.sql, connection.id, since, mostInOneQuestion);
  const others = company.filter((name) => name !== userPrincipalName.toLowerCase()).slice(0, mostInOneQuestion - 1);
  if (others.length > 0) {
    const found = (await findTogether(ctx, connection, [userPrincipalName.toLowerCase(), ...others])).get(userPrincipalName.toLowerCase());
    if (found?.accountEnabled) return { kind: "found", objectId: found.objectId };
  }
  return findAlone(ctx, connection, userPrincipalName);
}

/** One question about everybody whose turn is next. Whom it doesn't find is asked about alone, which says why. */
async function findTogether(ctx: Context, connection: Connection, names: readonly string[]): Promise<Map<string, EntraUserRow>> {
  const filter = `userPrincipalName in (${names.map((name) => `'${name.replaceAll("'", "''")}'`).join(",")})`;
  const url = `${cloudProfile(connection.cloud).graphUrl}/v1.0/users?$filter=${encodeURIComponent(filter)}&$select=id,userPrincipalName,accountEnabled`;
  const { body } = await callMicrosoft(ctx, connection, { audience: "graph", method: "GET", url });
  const users = new Map(
    readList(body)
      .filter((row) => textOf(row, "id") && textOf(row, "userPrincipalName"))
      .map((row): [string, EntraUserRow] => [
        textOf(row, "userPrincipalName").toLowerCase(),
        { objectId: textOf(row, "id"), accountEnabled: row.accountEnabled !== false },
      ]),
  );
  await keepEntraUsers(ctx.sql, connection.id, users, ctx.now());
  return users;
}

async function findAlone(ctx: Context, connection: Connection, userPrincipalName: string): Promise<ResolvedUser> {
  try {
    const { graphUrl } = cloudProfile(connection.cloud);
    const url = `${graphUrl}/v1.0/${userPath(userPrincipalName)}?$select=id,userPrincipalName,accountEnabled`;
    const { body } = await callMicrosoft(ctx, connection, { audience: "graph", method: "GET", url });
    const objectId = textOf(body, "id");
    if (!objectId) return { kind: "not_found" };
    // A person who was locked out of the directory is asked about again each time: they may be back.
    const accountEnabled = (body as { accountEnabled?: unknown }).accountEnabled !== false;
    await keepEntraUsers(ctx.sql, connection.id, new Map([[userPrincipalName, { objectId, accountEnabled }]]), ctx.now());
    return accountEnabled ? { kind: "found", objectId } : { kind: "disabled" };
  } catch (error) {
    if (!(error instanceof MicrosoftError) || error.kind !== "not_found") throw error;
    await forgetEntraUser(ctx.sql, connection.id, userPrincipalName);
    return { kind: "not_found" };
  }
}

async function findByDevice(ctx: Context, connection: Connection, deviceId: string): Promise<ResolvedUser> {
  const { graphUrl } = cloudProfile(connection.cloud);
  const url = `${graphUrl}/v1.0/devices(deviceId='${encodeURIComponent(deviceId)}')/registeredOwners?$select=id,userPrincipalName,accountEnabled`;
  try {
    const owners = readList((await callMicrosoft(ctx, connection, { audience: "graph", method: "GET", url })).body);
    const [only] = owners;
    return owners.length === 1 && only && textOf(only, "id") ? { kind: "found", objectId: textOf(only, "id") } : { kind: "nobody_yet" };
  } catch (error) {
    if (error instanceof MicrosoftError && error.kind === "not_found") return { kind: "nobody_yet" };
    throw error;
  }
}
