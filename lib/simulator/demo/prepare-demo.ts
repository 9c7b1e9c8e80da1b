import { connectTenant } from "../stack/connect-tenant";
import type { Stack } from "../stack/start-stack";
import { fileVaultPolicy, firewallPolicy, gatekeeperPolicy, recentSystemPolicy, screenLockPolicy, type DemoPolicy } from "./demo-policies";

/** The enroll secrets of the demo's teams. */
export interface DemoTeams {
  engineering: string;
  sales: string;
}

/**
 * Connects the tenant and makes teams and policies, where an earlier start hasn't done so. What a visitor changed since stays as it is.
 * @throws Error with the API's own words
 */
export async function prepareDemo(stack: Stack): Promise<DemoTeams> {
  const { admin } = stack;
  const { conditional_access: shown } = await admin.get<{ conditional_access: { microsoft_entra_connection_configured: boolean } }>("config");
  if (!shown.microsoft_entra_connection_configured) await connectTenant(stack);
  await makePolicies(stack, "policies", [fileVaultPolicy, firewallPolicy, gatekeeperPolicy, recentSystemPolicy]);
  return {
    engineering: await makeTeam(stack, "Engineering", [screenLockPolicy]),
    sales: await makeTeam(stack, "Sales", []),
  };
}

/** @returns an enroll secret of the team */
async function makeTeam({ admin, ...stack }: Stack, name: string, policies: DemoPolicy[]): Promise<string> {
  const { teams } = await admin.get<{ teams: { id: number; name: string }[] }>("teams");
  const present = teams.find((team) => team.name === name);
  if (present) {
    const { secrets } = await admin.get<{ secrets: { secret: string }[] | null }>(`teams/${present.id}/secrets`);
    return secrets?.[0]?.secret ?? "";
  }
  const { team } = await admin.post<{ team: { id: number; secrets: { secret: string }[] } }>("teams", { name });
  await makePolicies({ admin, ...stack }, `teams/${team.id}/policies`, policies);
  await admin.patch(`teams/${team.id}`, { integrations: { conditional_access_enabled: true } });
  return team.secrets[0]?.secret ?? "";
}

async function makePolicies({ admin }: Stack, path: string, wanted: DemoPolicy[]): Promise<void> {
  const { policies } = await admin.get<{ policies: { name: string }[] }>(path);
  for (const policy of wanted) if (!policies.some(({ name }) => name === policy.name)) await admin.post(path, policy);
}
