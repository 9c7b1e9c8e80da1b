import type { Context } from "@/lib/context";
import { cloudProfile } from "./clouds";
import type { Connection } from "./connection";
import { findEntraUser, forgetEntraUser, keepEntraUser } from "./entra-user-queries";
import { callMicrosoft } from "./microsoft-client";
import { MicrosoftError } from "./microsoft-error";
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
  const known = await findEntraUser(ctx.sql, connection.id, userPrincipalName, new Date(ctx.now().getTime() - keptForMs));
  if (known?.accountEnabled) return { kind: "found", objectId: known.objectId };
  try {
    const { graphUrl } = cloudProfile(connection.cloud);
    const url = `${graphUrl}/v1.0/${userPath(userPrincipalName)}?$select=id,userPrincipalName,accountEnabled`;
    const { body } = await callMicrosoft(ctx, connection, { audience: "graph", method: "GET", url });
    const objectId = textOf(body, "id");
    if (!objectId) return { kind: "not_found" };
    // A person who was locked out of the directory is asked about again each time: they may be back.
    const accountEnabled = (body as { accountEnabled?: unknown }).accountEnabled !== false;
    await keepEntraUser(ctx.sql, connection.id, userPrincipalName, { objectId, accountEnabled }, ctx.now());
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
