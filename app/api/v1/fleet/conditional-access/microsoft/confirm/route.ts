import { adminRoute } from "@/lib/auth/admin-route";
import { confirmConnection } from "@/lib/compliance/entra/confirm-connection";
import { toConnectionJson } from "../connection-json";

/** Says whether the connection is finished, and lets its setup go on at once if it isn't. */
export const POST = adminRoute({ route: "POST conditional-access/microsoft/confirm" }, async (ctx) => toConnectionJson(await confirmConnection(ctx)));
