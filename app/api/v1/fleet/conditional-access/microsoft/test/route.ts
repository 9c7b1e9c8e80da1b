import { adminRoute } from "@/lib/auth/admin-route";
import { authorize } from "@/lib/authorize";
import { getDefaultConnection } from "@/lib/compliance/entra/get-default-connection";
import { testConnection } from "@/lib/compliance/entra/test-connection";
import { BadRequestError } from "@/lib/errors";

/** Tries everything the connection needs, without writing anything at Microsoft. */
export const POST = adminRoute({ route: "POST conditional-access/microsoft/test" }, async (ctx) => {
  authorize(ctx, "connection:write");
  const connection = await getDefaultConnection(ctx);
  if (!connection) throw new BadRequestError("not_connected", "No tenant is connected, so there is nothing to test.");
  const { passed, testedAt, checks, permissions } = await testConnection(ctx, connection.id);
  return { passed, tested_at: testedAt, checks, permissions };
});
