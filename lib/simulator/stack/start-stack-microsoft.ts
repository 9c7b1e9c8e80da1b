import { partnerRoles } from "../microsoft/roles";
import { seededClientId, seededClientSecret } from "../microsoft/seed";
import { startMicrosoftSimulator, type MicrosoftSimulator, type SimulatorOptions } from "../microsoft/start-microsoft-simulator";

/** Microsoft as a server of ours uses it, and what that server's environment says of it. */
export interface StackMicrosoft {
  microsoft: MicrosoftSimulator;
  environment: Record<string, string>;
}

/** Starts the simulator with the app of a server at `origin`, which trusts it by NODE_EXTRA_CA_CERTS alone and takes its addresses from MICROSOFT_*. */
export async function startStackMicrosoft(folder: string, origin: string, options: Partial<SimulatorOptions> = {}): Promise<StackMicrosoft> {
  const microsoft = await startMicrosoftSimulator({
    folder,
    ...options,
    apps: [
      {
        clientId: seededClientId,
        secrets: [{ value: seededClientSecret, expiresAt: "2099-01-01T00:00:00.000Z" }],
        redirectUris: [`${origin}/settings/integrations/conditional-access`, `${origin}/api/auth/callback/microsoft-entra-id`],
        requiredRoles: [...partnerRoles],
      },
      ...(options.apps ?? []),
    ],
  });
  return {
    microsoft,
    environment: {
      NODE_EXTRA_CA_CERTS: microsoft.caFile,
      MICROSOFT_LOGIN_URL: microsoft.loginUrl,
      MICROSOFT_GRAPH_URL: microsoft.graphUrl,
      MICROSOFT_INTUNE_RESOURCE: microsoft.intuneResource,
      ENTRA_CLIENT_ID: seededClientId,
      ENTRA_CLIENT_SECRET: seededClientSecret,
    },
  };
}
