import type { ConnectionHealth } from "@/lib/compliance/entra/get-connection-health";
import type { StepName } from "@/lib/compliance/entra/setup-step-names";
import type { WizardStep } from "./wizard-steps";

// What a person sees as one step may be two calls to Microsoft.
const visible: { title: string; steps: StepName[]; todo: string }[] = [
  { title: "Consent", steps: ["consent"], todo: "An admin of the tenant allows it" },
  { title: "Microsoft’s services", steps: ["services"], todo: "Found by themselves" },
  { title: "Partner in Intune", steps: ["tenant", "policy"], todo: "Added once in Intune" },
  { title: "Who it covers", steps: ["group", "assign"], todo: "Group not chosen" },
  { title: "Test, then watch only", steps: ["test"], todo: "Blocks no one until you say so" },
];

/** How many steps the wizard shows. */
export const stepCount = visible.length + 2;

/** Where the wizard stands: its steps as the list shows them, and the number of the present one. */
export function wizardProgress(health: ConnectionHealth | null): { steps: WizardStep[]; current: number } {
  if (!health) {
    const steps: WizardStep[] = [
      { title: "Tenant and cloud", state: "now", note: "Which Entra, and where it lives" },
      { title: "App registration", state: "todo", note: "How this server signs in" },
      ...visible.map(({ title, todo }): WizardStep => ({ title, state: "todo", note: todo })),
    ];
    return { steps, current: 1 };
  }
  const { connection, steps: rows } = health;
  const failed = connection.errorCode !== "";
  let current = 0;
  const rest = visible.map(({ title, steps, todo }, index): WizardStep => {
    const parts = rows.filter(({ step }) => steps.includes(step));
    const done = parts.length > 0 && parts.every(({ state }) => state === "done");
    if (done) return { title, state: "ok", note: parts.at(-1)?.summary ?? "" };
    if (current > 0) return { title, state: "todo", note: todo };
    current = index + 3;
    const stopped = parts.find(({ state }) => state === "failed");
    if (failed)
      return { title, state: "bad", note: stopped ? `Stopped, try ${stopped.attempts}` : "Stopped", ...(stopped?.finishedAt && { at: stopped.finishedAt }) };
    return {
      title,
      state: "now",
      note:
        connection.state === "awaiting_consent"
          ? "Waiting for an admin of the tenant"
          : connection.state === "propagating"
            ? "Microsoft spreads the news"
            : "Under way",
    };
  });
  const tenant = connection.tenantDomain || connection.tenantId;
  const until = connection.credentialExpiresAt ? ` until ${connection.credentialExpiresAt.toISOString().slice(0, 10)}` : "";
  const kind = connection.credentialKind === "certificate" ? "certificate" : "secret";
  return {
    current: current || stepCount,
    steps: [
      { title: "Tenant and cloud", state: "ok", note: `${tenant}, ${connection.cloud.replaceAll("_", " ")} cloud` },
      { title: "App registration", state: "ok", note: `${connection.clientId.slice(0, 8)}…, ${kind} ${connection.credentialHint}${until}` },
      ...rest,
    ],
  };
}
