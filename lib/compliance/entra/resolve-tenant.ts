import { InvalidInputError } from "@/lib/errors";
import type { CloudProfile } from "./clouds";
import { MicrosoftError } from "./microsoft-error";
import { textOf } from "./read-answer";
import { sendHttpRequest } from "./send-http-request";

const guidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const domainPattern = /^(?=.{3,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/i;

/**
 * A tenant's id from what the admin typed, an id or one of its domains, as the cloud's own metadata has it.
 * @returns the id in lower case, and the domain where one was typed
 * @throws InvalidInputError `invalid_tenant`; MicrosoftError when the sign-in service doesn't answer
 */
export async function resolveTenant(profile: CloudProfile, typed: string): Promise<{ tenantId: string; domain: string }> {
  const word = typed.trim().toLowerCase();
  const isGuid = guidPattern.test(word);
  if (!isGuid && !domainPattern.test(word))
    throw invalid("Expected a tenant id such as 3f2504e0-4f89-41d3-9a0c-0305e82c3301, or a domain such as contoso.com.");
  const answer = await sendHttpRequest({
    surface: "sign_in",
    method: "GET",
    url: `${profile.loginUrl}/${word}/v2.0/.well-known/openid-configuration`,
    headers: { accept: "application/json" },
  });
  if (answer.status === 429 || answer.status >= 500) {
    throw new MicrosoftError("unavailable", `Microsoft's sign-in service answered ${answer.status}. Nothing was changed; try again in a minute.`, {
      status: answer.status,
    });
  }
  const tenantId = answer.status === 200 ? tenantOfIssuer(answer.text) : "";
  if (!tenantId || (isGuid && tenantId !== word)) {
    throw invalid(
      `Microsoft's ${profile.title} cloud doesn't know this tenant. Find its id in the Entra admin center under Overview, and check that the cloud is the right one.`,
    );
  }
  return { tenantId, domain: isGuid ? "" : word };
}

function tenantOfIssuer(text: string): string {
  try {
    const issuer = textOf(JSON.parse(text), "issuer");
    return (
      new URL(issuer).pathname
        .split("/")
        .find((part) => guidPattern.test(part))
        ?.toLowerCase() ?? ""
    );
  } catch {
    return ""; // metadata that can't be read names no tenant
  }
}

function invalid(reason: string): InvalidInputError {
  return new InvalidInputError("invalid_tenant", reason, { fields: [{ field: "microsoft_tenant_id", reason }] });
}
