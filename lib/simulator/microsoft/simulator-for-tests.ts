import { createHash, createPublicKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureCertificateAuthority } from "@/lib/http/certificate-authority";
import { writeCertificate } from "@/lib/http/certificate-der";
import { seededClientId, seededClientSecret } from "./seed";
import { startMicrosoftSimulator, type MicrosoftSimulator, type SimulatorOptions } from "./start-microsoft-simulator";

/** An answer as the tests look at it. `json` is undefined when the body is none. */
export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  json: any; // oxlint-disable-line no-explicit-any -- bodies of many shapes, asserted by the tests
}

/** A simulator for one test file, with a client that trusts only its authority. */
export interface TestSimulator extends MicrosoftSimulator {
  ca: string;
  folder: string;
  call(method: string, url: string, options?: CallOptions): Promise<Answer>;
  /** Consents as an admin would, and gives the address that the browser is sent back to. */
  consent(tenant: string, options?: { state?: string; decision?: "accept" | "cancel"; v1?: boolean; directory?: string }): Promise<URL>;
  token(tenant: string, api: "graph" | "intune", options?: CallOptions): Promise<string>;
  stop(): Promise<void>;
}

/** What a call sends. A plain object body goes as JSON, a URLSearchParams as a form. */
export interface CallOptions {
  token?: string;
  body?: unknown;
  form?: Record<string, string>;
  headers?: Record<string, string>;
  timeoutMs?: number;
  /** Shakes hands anew instead of using an open connection. */
  newConnection?: boolean;
}

/** Where consent sends people back to in tests. */
export const testRedirectUri = "http://localhost:3000/settings/integrations/conditional-access";

/** Making an RSA key takes longer than most tests: one does for all simulators of a file. */
let signingKeyPem: string | undefined;

/** Starts a simulator without delays, on free ports, in a folder of its own. */
export async function startTestSimulator(options: Partial<SimulatorOptions> = {}): Promise<TestSimulator> {
  const folder = await mkdtemp(join(tmpdir(), "microsoft-"));
  if (signingKeyPem !== undefined) await writeFile(join(folder, "signing-key.pem"), signingKeyPem, { mode: 0o600 });
  const simulator = await startMicrosoftSimulator({ folder, processingDelayMs: 0, propagationDelayMs: 0, ...options });
  signingKeyPem = await readFile(join(folder, "signing-key.pem"), "utf8");
  const ca = await readFile(simulator.caFile, "utf8");
  const agent = new Agent({ keepAlive: true, ca });
  const call = (method: string, url: string, given: CallOptions = {}) => send(method, url, ca, agent, given);
  return {
    ...simulator,
    ca,
    folder,
    call,
    consent: async (tenant, { state = "state-1", decision = "accept", v1 = false, directory } = {}) => {
      const form = {
        client_id: seededClientId,
        redirect_uri: testRedirectUri,
        state,
        scope: `${simulator.graphUrl}/.default`,
        decision,
        ...(directory ? { directory } : {}),
      };
      const answer = await call("POST", `${simulator.loginUrl}/${tenant}/${v1 ? "" : "v2.0/"}adminconsent`, { form });
      if (answer.status !== 302) throw new Error(`Consent answered ${answer.status}: ${answer.text}`);
      return new URL(String(answer.headers.location));
    },
    token: async (tenant, api, given = {}) => {
      const answer = await call("POST", `${simulator.loginUrl}/${tenant}/oauth2/v2.0/token`, { ...given, form: tokenForm(simulator, api) });
      if (answer.status !== 200) throw new Error(`The token endpoint answered ${answer.status}: ${answer.text}`);
      return String(answer.json.access_token);
    },
    stop: async () => {
      agent.destroy();
      await simulator.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The form of a client credentials request with the seeded secret. */
export function tokenForm(simulator: MicrosoftSimulator, api: "graph" | "intune"): Record<string, string> {
  const resource = api === "graph" ? simulator.graphUrl : simulator.intuneResource;
  return { client_id: seededClientId, client_secret: seededClientSecret, grant_type: "client_credentials", scope: `${resource}/.default` };
}

/** A certificate of the kind that an operator registers on an app, with its key and MSAL's thumbprint. */
export async function makeAppCertificate(folder: string): Promise<{ pem: string; privateKey: string; thumbprintSha256: string }> {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const authority = await ensureCertificateAuthority(folder, { name: "An operator" });
  const pem = writeCertificate({
    subject: "app.example",
    issuer: authority.name,
    publicKey,
    issuerPublicKey: createPublicKey(authority.privateKey),
    issuerPrivateKey: authority.privateKey,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 86_400_000),
    names: ["app.example"],
  });
  const thumbprintSha256 = createHash("sha256").update(new X509Certificate(pem).raw).digest("hex");
  return { pem, privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(), thumbprintSha256 };
}

function send(
  method: string,
  address: string,
  ca: string,
  agent: Agent,
  { token, body, form, headers = {}, timeoutMs = 5000, newConnection = false }: CallOptions,
): Promise<Answer> {
  const url = new URL(address);
  const payload = form ? new URLSearchParams(form).toString() : body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
  const sent: Record<string, string> = {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(payload === undefined
      ? {}
      : { "content-type": form ? "application/x-www-form-urlencoded" : "application/json", "content-length": String(Buffer.byteLength(payload)) }),
    ...headers,
  };
  return new Promise((resolve, reject) => {
    const options = { method, headers: sent, timeout: timeoutMs };
    const request =
      url.protocol === "https:" ? httpsRequest(url, { ...options, ca, agent: newConnection ? false : agent }) : httpRequest(url, { ...options, agent: false });
    request.on("timeout", () => request.destroy(new Error("timeout")));
    request.on("error", reject);
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: readJson(text) });
      });
    });
    request.end(payload);
  });
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
