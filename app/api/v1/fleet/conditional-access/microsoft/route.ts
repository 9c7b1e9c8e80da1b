import { z } from "zod";
import { adminRoute } from "@/lib/auth/admin-route";
import { disconnect, disconnectChoices } from "@/lib/compliance/entra/disconnect";
import { getDefaultConnection } from "@/lib/compliance/entra/get-default-connection";
import { startConnection } from "@/lib/compliance/entra/start-connection";
import { authorize } from "@/lib/authorize";
import { BadRequestError } from "@/lib/errors";
import { QueryBoolean } from "@/lib/http/list-params";
import { ConnectBody, toConnectionJson, toNewConnection } from "./connection-json";

/** Starts connecting a tenant; the answer holds the address where its admin consents. */
export const POST = adminRoute({ route: "POST conditional-access/microsoft", body: ConnectBody }, async (ctx, { body }) => {
  const { connection, consentUrl } = await startConnection(ctx, toNewConnection(body));
  return { microsoft_authentication_url: consentUrl, connection: toConnectionJson(connection) };
});

const Leaving = z.object({ on_disconnect: z.enum(disconnectChoices).optional(), force: QueryBoolean.optional(), reason: z.string().max(500).optional() });

/** Disconnects; `on_disconnect` says what becomes of the devices, `force` leaves Microsoft out. */
export const DELETE = adminRoute({ route: "DELETE conditional-access/microsoft", query: Leaving }, async (ctx, { query }) => {
  authorize(ctx, "connection:write");
  const connection = await getDefaultConnection(ctx);
  if (!connection) throw new BadRequestError("not_connected", "No tenant is connected, so there is nothing to disconnect.");
  const outcome = await disconnect(ctx, connection.id, {
    onDisconnect: query.on_disconnect ?? "leave",
    force: query.force ?? false,
    reason: query.reason ?? "",
  });
  return outcome === "gone" ? {} : { state: "disconnecting" };
});
