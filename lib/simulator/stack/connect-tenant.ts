import { readFileSync } from "node:fs";
import type { SeedName } from "../microsoft/simulated-types";
import { BrowserlessVisitor } from "./browserless";
import type { Stack } from "./start-stack";
import { stackAdmin } from "./start-server";

const setupTimeoutMs = 60_000;

/** What of a stack it takes; `server.origin` may be a balancer's. */
type ConnectingStack = Pick<Stack, "microsoft"> & { server: { origin: string } };

/** A visitor who signed in as the stack's admin. */
export async function signInVisitor(stack: ConnectingStack): Promise<BrowserlessVisitor> {
  const visitor = new BrowserlessVisitor(readFileSync(stack.microsoft.caFile, "utf8"));
  const page = await visitor.open(`${stack.server.origin}/sign-in`);
  const after = await visitor.submit(page, { email: stackAdmin.email, password: stackAdmin.password });
  if (after.url.includes("/sign-in")) throw new Error(`Sign-in failed: ${after.status} ${after.html.replace(/<[^>]+>/g, " ").slice(0, 500)}`);
  return visitor;
}

/**
 * Connects a seed tenant as an admin does: asks for it over REST, accepts on Microsoft's consent page, comes back with the browser's session, and waits until setup is done.
 * @throws Error with the setup's own error code and text when it stops
 */
export async function connectTenant(stack: ConnectingStack & Pick<Stack, "admin">, tenant: SeedName = "happy"): Promise<void> {
  const visitor = await signInVisitor(stack);
  try {
    const { microsoft_authentication_url: consentUrl } = await stack.admin.post<{ microsoft_authentication_url: string }>("conditional-access/microsoft", {
      microsoft_tenant_id: stack.microsoft.tenants[tenant].id,
      cloud: "custom",
    });
    const consent = await visitor.open(consentUrl);
    await visitor.submit(consent, { decision: "accept" });
  } finally {
    await visitor.close();
  }
  const deadline = Date.now() + setupTimeoutMs;
  for (;;) {
    const answer = await stack.admin.post<{ configuration_completed: boolean; setup_error: string; setup_error_code?: string }>(
      "conditional-access/microsoft/confirm",
    );
    if (answer.configuration_completed) return;
    if (Date.now() > deadline) throw new Error(`Connecting ${tenant} didn't end: ${answer.setup_error_code ?? ""} ${answer.setup_error}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
