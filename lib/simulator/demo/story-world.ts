import { readFileSync } from "node:fs";
import type { SimulatedHost } from "../hosts/simulated-host";
import type { SimulatedFleet } from "../hosts/simulated-fleet";
import type { SimulatedDevice, SimulatedTenant } from "../microsoft/simulated-types";
import type { SignInAnswer } from "../microsoft/simulator-client";
import { BrowserlessVisitor, type VisitedPage } from "../stack/browserless";
import type { Stack } from "../stack/start-stack";
import type { Sight } from "./wait-for";

/** A host as the REST API tells it, as far as the story looks. */
export interface HostAnswer {
  id: number;
  display_name: string;
  team_id: number | null;
  platform: string;
  osquery_version: string;
  orbit_version: string | null;
  uuid: string;
  access: {
    state: string;
    since: string | null;
    entra_device_id: string | null;
    reasons: { code: string; sentence: string }[];
    last_report: { state: string; createdAt: string; sentAt: string | null; acceptedAt: string | null } | null;
  };
  policies?: { id: number; name: string; response: string }[];
}

/** Everything that the story's steps share; each is set by the step that makes it. */
export class StoryWorld {
  teamId = 0;
  hostId = 0;
  enrollSecret = "";
  policyIds: number[] = [];
  fleet: SimulatedFleet | undefined;
  private runningStack: Stack | undefined;
  private runningVisitor: BrowserlessVisitor | undefined;

  begin(stack: Stack): void {
    this.runningStack = stack;
    this.runningVisitor = new BrowserlessVisitor(readFileSync(stack.microsoft.caFile, "utf8"));
  }

  get stack(): Stack {
    if (!this.runningStack) throw new Error("The server isn't up yet.");
    return this.runningStack;
  }

  get mac(): SimulatedHost {
    if (!this.fleet) throw new Error("No Mac has been started yet.");
    return this.fleet.host(0);
  }

  /** The host by its id, with its policies. */
  async host(): Promise<HostAnswer> {
    return (await this.stack.admin.get<{ host: HostAnswer }>(`hosts/${this.hostId}`)).host;
  }

  /** Entra's record of the Mac; undefined before it was registered there. */
  device(): SimulatedDevice | undefined {
    return this.stack.microsoft.device("happy", this.mac.computer.state.platformSso.deviceId);
  }

  /** Looks for these two flags on Entra's record of the Mac. */
  deviceIs(isManaged: boolean, isCompliant: boolean): Sight {
    const device = this.device();
    const seen = `isManaged ${String(device?.isManaged)}, isCompliant ${String(device?.isCompliant)}`;
    return { holds: device?.isManaged === isManaged && device.isCompliant === isCompliant, seen };
  }

  tenant(): Omit<SimulatedTenant, "devices"> {
    const tenant = this.stack.microsoft.snapshot().tenants.find(({ name }) => name === "happy");
    if (!tenant) throw new Error('The simulated Microsoft has no tenant "happy".');
    return tenant;
  }

  /** The Mac's person opens Outlook; what conditional access says. */
  async signIn(): Promise<SignInAnswer> {
    const { upn, deviceId } = this.mac.computer.state.platformSso;
    const query = new URLSearchParams({ tenant: "happy", user: upn, device: deviceId });
    const answer = await fetch(`${this.stack.microsoft.appUrl}/app/outlook?${query}`, { headers: { accept: "application/json" } });
    if (!answer.ok) throw new Error(`The simulated Outlook answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
    return (await answer.json()) as SignInAnswer;
  }

  /** Opens a page as somebody who isn't signed in. */
  async open(url: string): Promise<VisitedPage & { text: string }> {
    if (!this.runningVisitor) throw new Error("The server isn't up yet.");
    const page = await this.runningVisitor.open(url);
    return { ...page, text: toText(page.html) };
  }

  async end(): Promise<void> {
    await this.runningVisitor?.close();
    await this.runningStack?.close();
  }
}

/** What a page says to somebody on a Mac, without its marks. */
export function toText(html: string): string {
  return html
    .replace(/<span class="win">[\s\S]*?<\/span>/g, "")
    .replace(/<(script|style)\b[\s\S]*?<\/\1>/g, " ")
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/<\/?span\b[^>]*>/g, "")
    .replace(/<[^>]+>/g, " ")
    .replace(/&#x27;|&#39;/g, "'")
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, "&")
    .replace(/\s+/g, " ")
    .trim();
}
