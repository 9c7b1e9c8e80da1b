import { z } from "zod";

/** Where a request came in. */
export type Surface = "login" | "graph" | "manage" | "app";

/** Every way in which the simulator can be told to misbehave, with one sentence for the person who switches it. */
export const faultKinds = {
  throttle_seconds: "Answers 429 with Retry-After in seconds (retryAfterSeconds, default 5).",
  throttle_date: "Answers 429 with Retry-After as an HTTP date (retryAfterSeconds from now, default 5).",
  throttle_bare: "Answers 429 without Retry-After.",
  throttle_rate:
    "Takes perSecond requests a second (default 50; a second's worth at once) on each surface, and answers those beyond it 429 with Retry-After (retryAfterSeconds, default 1).",
  server_error: "Answers status (default 500), with Retry-After if retryAfterSeconds is given.",
  connection_reset: "Resets the connection instead of answering; with afterEffect the request is carried out first.",
  hang: "Never answers (closes after seconds, default 120); with afterEffect the request is carried out first.",
  slow_body: "Sends the headers at once and the body in drops over seconds (default 60).",
  tls_failure: "Breaks the TLS handshake of new connections to the surface.",
  token_expired_early: "Issues tokens that APIs refuse after seconds (default 1) although expires_in says an hour.",
  token_revoked: "An API answers 401 and revokes the presented token for good; a new one works.",
  fresh_token_rejected: "An API answers 401 to a token that it sees for the first time, and accepts it from then on.",
  credential_invalid: "The token endpoint calls the client secret wrong (AADSTS7000215).",
  credential_expired: "The token endpoint calls the client secret expired (AADSTS7000222).",
  certificate_unknown: "The token endpoint doesn't know the assertion's certificate (AADSTS700027).",
  clock_skew: "The token endpoint calls the assertion's times out of range (AADSTS700024).",
  app_not_in_tenant: "The token endpoint doesn't find the app in the tenant (AADSTS700016).",
  tenant_not_found: "The tenant can't be found, neither by metadata nor by the token endpoint (AADSTS90002).",
  consent_denied: "Accept on the consent page comes back as a refusal (consent_required, AADSTS65004).",
  consent_cancelled: "Accept on the consent page comes back as a cancel (access_denied, error_subcode=cancel).",
  consent_incomplete: "Accept grants everything but the roles named in roles (default: User.Read.All).",
  consent_revoked: "While on, the tenant acts as if an admin had removed the app: no tokens, and old ones answer 401.",
  callback_wrong_tenant: "The consent callback names another tenant (tenantId, default: second-tenant).",
  callback_missing_tenant: "The consent callback has no tenant.",
  callback_state_missing: "The consent callback has no state.",
  callback_state_mismatched: "The consent callback carries a state that nobody made.",
  callback_state_replayed: "The consent callback carries the state of the consent before this one.",
  callback_state_expired: "Accept holds the callback back behind a Continue link, to be followed when the state is too old.",
  callback_error_with_consent: "The consent callback carries error together with admin_consent=True, and grants nothing.",
  identity_not_replicated: "Graph answers 401 Authorization_IdentityNotFound until seconds (default 3) after the first such call.",
  intune_principal_missing: "Graph finds no Intune service principal.",
  endpoint_missing: "The endpoint list lacks one service (service: tenant or device, default device).",
  endpoint_foreign_host: "The endpoint list points at a host that isn't Microsoft's (host, default partner-sync.attacker.example).",
  group_absent: "Graph finds no group.",
  group_duplicated: "Graph finds each group twice, with different ids.",
  user_not_found: "Graph doesn't know the user, and messages about the user fail.",
  user_disabled: "Graph shows the user as disabled, and messages about the user fail.",
  device_unknown: "Graph doesn't know the device, and messages about it fail.",
  device_deleted: "The device is gone from Graph, while messages about it still complete.",
  provision_rejected: "PartnerTenants answers 200 with a body that says no (as: provisioned, error_detail or inner_status).",
  partner_not_approved: "The partner service answers 403 to the app, on every path.",
  policy_conflict: "Creating the compliance policy answers 409.",
  policy_zero_guid: "Creating the compliance policy answers 204 with an all-zero id in Location.",
  policy_empty_body: "Creating the compliance policy answers 201 without a body.",
  policy_collection_shape: "Creating the compliance policy answers 201 with a collection instead of an entity.",
  policy_invalid_json: "Creating the compliance policy answers 201 with a body that isn't JSON.",
  assign_fails: "Assigning the policy answers status (default 500).",
  message_stuck: "The message stays pending.",
  message_failed: "The message ends as Failed with errorCode and detail.",
  message_no_effect: "The message ends as Completed, but the device stays as it was.",
  message_unknown_status: "The message's status is a word nobody documented (text, default Deferred).",
  message_not_found_first: "The first times (default 2) status questions about the message answer 404.",
  messages_out_of_order: "The message is processed only after the next one for the same device (or after seconds, default 30).",
  heartbeat_resync: "The heartbeat's answer asks for a resync (ResyncTimestamp, default now; text sets it).",
  heartbeat_message_errors: "The heartbeat's answer lists an error about a message (errorCode, detail).",
  partner_terminated: "While on, an admin has ended the partner in Intune: state terminated, messages refused.",
} as const;

/** The name of a fault. */
export type FaultKind = keyof typeof faultKinds;

const kindNames = Object.keys(faultKinds) as [FaultKind, ...FaultKind[]];

/** A fault as it is switched on: what, where, how often, and what the kind's sentence allows to set. */
export const FaultInput = z.strictObject({
  kind: z.enum(kindNames),
  surface: z.enum(["login", "graph", "manage", "app"]).optional(),
  method: z.string().optional(),
  /** A regular expression, tried on the decoded path with its query. */
  path: z.string().refine(isRegularExpression, "expected a regular expression").optional(),
  /** Id, domain or seed name. */
  tenant: z.string().optional(),
  device: z.string().optional(),
  user: z.string().optional(),
  /** How many requests it meets; without it, all until it is cleared. */
  count: z.number().int().positive().optional(),
  probability: z.number().min(0).max(1).optional(),
  status: z.number().int().min(400).max(599).optional(),
  retryAfterSeconds: z.number().min(0).optional(),
  perSecond: z.number().positive().optional(),
  seconds: z.number().min(0).optional(),
  times: z.number().int().min(1).optional(),
  afterEffect: z.boolean().optional(),
  as: z.enum(["provisioned", "error_detail", "inner_status"]).optional(),
  service: z.enum(["tenant", "device"]).optional(),
  roles: z.array(z.string()).optional(),
  host: z.string().optional(),
  tenantId: z.string().optional(),
  errorCode: z.string().optional(),
  detail: z.string().optional(),
  text: z.string().optional(),
});
/** See the schema of the same name. */
export type FaultInput = z.infer<typeof FaultInput>;

/** A fault that is switched on; `met` counts the requests that it changed. */
export interface Fault extends FaultInput {
  id: string;
  met: number;
  /** For faults that last: epoch ms of the first request they met. */
  firstMetAt: number | null;
}

/** What a fault's scope is compared with. */
export interface FaultSubject {
  surface: Surface;
  method: string;
  pathAndQuery: string;
  tenantId: string | null;
  /** Faults that the request itself asks for by its header. */
  requested: Fault[];
}

/** The faults that are on, and the decision whether one meets a request. */
export class FaultBook {
  #faults: Fault[] = [];
  #next = 1;
  /** By fault and surface: what a rate still allows. Not part of a snapshot. */
  #buckets = new Map<string, { tokens: number; at: number }>();

  add(input: FaultInput, tenantId: string | undefined): Fault {
    const fault: Fault = { ...input, id: String(this.#next++), met: 0, firstMetAt: null };
    if (tenantId !== undefined) fault.tenant = tenantId;
    this.#faults.push(fault);
    return fault;
  }

  get size(): number {
    return this.#faults.length;
  }

  list(): Fault[] {
    return this.#faults.map((fault) => ({ ...fault }));
  }

  remove(id: string): boolean {
    const before = this.#faults.length;
    this.#faults = this.#faults.filter((fault) => fault.id !== id);
    return this.#faults.length < before;
  }

  clear(): void {
    this.#faults = [];
  }

  restore(faults: Fault[]): void {
    this.#faults = faults;
    this.#next = Math.max(0, ...faults.map((fault) => Number(fault.id))) + 1;
  }

  /** True when a fault of this kind may meet that surface, without counting it as met. */
  has(kind: FaultKind, surface: Surface): boolean {
    return this.#faults.some((fault) => fault.kind === kind && (fault.surface ?? surface) === surface);
  }

  /**
   * The first fault of this kind that meets the request, counted as met. `about` narrows faults that name a device or a user:
   * they meet only requests about one of the given words (ids, names; compared without case).
   */
  meet(kind: FaultKind, subject: FaultSubject, now: number, about: string[] = []): Fault | undefined {
    const fromHeader = subject.requested.find((fault) => fault.kind === kind);
    if (fromHeader) {
      fromHeader.met += 1;
      fromHeader.firstMetAt ??= now;
      return fromHeader;
    }
    for (const fault of this.#faults) {
      if (fault.kind !== kind || !inScope(fault, subject, about)) continue;
      if (fault.probability !== undefined && Math.random() >= fault.probability) continue;
      fault.met += 1;
      fault.firstMetAt ??= now;
      // Spent faults leave the list at once, so that the list always shows what may still happen.
      if (fault.count !== undefined && fault.met >= fault.count) this.remove(fault.id);
      return fault;
    }
    return undefined;
  }

  /** The first rate that the request goes beyond, counted as met; refused requests take nothing from a rate. */
  meetRate(subject: FaultSubject, now: number): Fault | undefined {
    for (const fault of this.#faults) {
      if (fault.kind !== "throttle_rate" || !inScope(fault, subject, [])) continue;
      const perSecond = fault.perSecond ?? 50;
      const most = Math.max(1, perSecond);
      const key = `${fault.id} ${subject.surface}`;
      const { tokens, at } = this.#buckets.get(key) ?? { tokens: most, at: now };
      const left = Math.min(most, tokens + (Math.max(0, now - at) * perSecond) / 1000);
      this.#buckets.set(key, { tokens: left >= 1 ? left - 1 : left, at: now });
      if (left >= 1) continue;
      fault.met += 1;
      fault.firstMetAt ??= now;
      return fault;
    }
    return undefined;
  }
}

/** Reads `x-emulator-fault: kind;name=value, kind2`. Throws a ZodError that names what is wrong. */
export function readFaultHeader(header: string): Fault[] {
  return header.split(",").map((part, i) => {
    const [kind, ...settings] = part.split(";").map((word) => word.trim());
    const given: Record<string, unknown> = { kind };
    for (const setting of settings) {
      const [name = "", ...rest] = setting.split("=");
      const value = rest.join("=");
      if (name === "roles") given[name] = value.split("+");
      else if (value === "true" || value === "false") given[name] = value === "true";
      else given[name] = value !== "" && !Number.isNaN(Number(value)) ? Number(value) : value;
    }
    return { ...FaultInput.parse(given), id: `header-${i}`, met: 0, firstMetAt: null };
  });
}

function inScope(fault: Fault, subject: FaultSubject, about: string[]): boolean {
  if (fault.surface !== undefined && fault.surface !== subject.surface) return false;
  if (fault.method !== undefined && fault.method.toUpperCase() !== subject.method) return false;
  if (fault.tenant !== undefined && fault.tenant !== subject.tenantId) return false;
  if (fault.path !== undefined && !new RegExp(fault.path).test(subject.pathAndQuery)) return false;
  const words = about.map((word) => word.toLowerCase());
  if (fault.device !== undefined && !words.includes(fault.device.toLowerCase())) return false;
  if (fault.user !== undefined && !words.includes(fault.user.toLowerCase())) return false;
  return true;
}

function isRegularExpression(source: string): boolean {
  try {
    return new RegExp(source) instanceof RegExp;
  } catch {
    return false;
  }
}
