import { policyPlatform } from "./detail-queries";
import { answerText, forMany, type AgentResponse } from "./agent-request";
import { answerDesktop } from "./answer-desktop";
import type { PolicySheet } from "./policy-sheet";
import { readInteger, readObject } from "./read-values";
import type { CatalogueRow, LabelRow, PolicyRow, TeamRow } from "./agent-queries";

/** A policy ready to be asked and to have its answer checked. */
export interface AskedPolicy extends Omit<PolicyRow, "versionSince"> {
  name: string;
  platforms: readonly string[];
  /** Milliseconds since 1970. */
  versionSince: number;
  /** `"name":"query"` and `"name":"SELECT 1"` as they stand in what a host is asked. */
  asked: AskedText;
}

/** A dynamic label ready to be asked. */
export interface AskedLabel extends Omit<LabelRow, "since"> {
  name: string;
  /** Milliseconds since 1970. */
  since: number;
  asked: AskedText;
}

/** A query as JSON members, made once: questions are written for a whole fleet. */
export interface AskedText {
  query: string;
  discovery: string;
}

/** Writes a query as members. `discovery`: what must have a row for it to run. */
export function toAskedText(name: string, sql: string, discovery = "SELECT 1"): AskedText {
  return { query: `${JSON.stringify(name)}:${JSON.stringify(sql)}`, discovery: `${JSON.stringify(name)}:${JSON.stringify(discovery)}` };
}

/** A configuration as osqueryd takes it, and the intervals that it sets. */
export interface AgentConfig {
  answer: AgentResponse;
  distributedIntervalSeconds: number | null;
  configRefreshSeconds: number | null;
  loggerPeriodSeconds: number | null;
}

const mostAncestors = 5;
let catalogues = 0;

/** Everything that is asked of hosts, in memory; made anew when any of it changes. */
export class AskCatalogue {
  private readonly policies: AskedPolicy[];
  private readonly labels: AskedLabel[];
  private readonly teams: Map<number, TeamRow>;
  private readonly agentOptions: Record<string, unknown>;
  private readonly dynamicLabels: ReadonlySet<number>;
  private readonly policiesOf = new Map<string, ScopedPolicies>();
  private readonly labelsOf = new Map<string, AskedLabel[]>();
  private readonly configOf = new Map<string, AgentConfig>();

  private readonly versions: ReadonlyMap<number, number>;
  private readonly organisation: { name: string; contactUrl: string };
  private readonly desktops = new Map<number, AgentResponse>();
  /** About how many hosts there are: sets the pace of new questions, and moves while they stay the same. */
  fleetSize: number;
  // By the numbers of those before: one that nobody idles under any more can go.
  private readonly number = (catalogues += 1);
  private readonly news = new Map<number, AskedPolicy[]>();

  /** `before`: the catalogue in whose place this one comes. */
  constructor(
    private readonly row: CatalogueRow,
    before?: AskCatalogue,
  ) {
    this.fleetSize = row.fleetSize;
    this.organisation = { name: row.organisationName, contactUrl: row.contactUrl };
    this.versions = new Map(row.policies.map(({ id, version }) => [id, version]));
    this.policies = row.policies.map((policy) => ({
      ...policy,
      name: `fleet_policy_query_${policy.id}`,
      platforms: policy.platform
        .split(",")
        .map((word) => word.trim())
        .filter(Boolean),
      versionSince: Date.parse(policy.versionSince),
      asked: toAskedText(`fleet_policy_query_${policy.id}`, policy.query),
    }));
    this.labels = row.labels.map((label) => {
      const name = `fleet_label_query_${label.id}`;
      return { ...label, name, since: Date.parse(label.since), asked: toAskedText(name, label.query) };
    });
    this.dynamicLabels = new Set(this.labels.map(({ id }) => id));
    this.teams = new Map(row.teams.map((team) => [team.id, team]));
    this.agentOptions = readObject(row.agentOptions);
    if (before) this.follow(before);
  }

  /** The policies that are new, or newly worded, since another catalogue, if hosts may have nothing else to look at; undefined when more changed, or long ago. */
  newsSince(before: AskCatalogue): readonly AskedPolicy[] | undefined {
    return this.news.get(before.number);
  }

  private follow(before: AskCatalogue): void {
    const ids = findNewPolicies(before.row, this.row);
    if (!ids) return;
    const news = this.policies.filter(({ id }) => ids.has(id));
    this.news.set(before.number, news);
    for (const [older, since] of [...before.news].slice(0, mostAncestors - 1)) this.news.set(older, [...since, ...news]);
  }

  /** The policies in a host's scope: its team's and everybody's, of its platform, within their labels. Empty SQL is never asked. */
  policiesFor(teamId: number, platform: string, labelIds: ReadonlySet<number>): AskedPolicy[] {
    const family = policyPlatform(platform);
    const scoped = remember(this.policiesOf, `${teamId} ${family}`, () => {
      const policies = this.policies.filter(
        (policy) =>
          (policy.teamId === null || policy.teamId === teamId) &&
          (policy.platforms.length === 0 || policy.platforms.includes(family)) &&
          policy.query.trim() !== "",
      );
      return { policies, byLabels: policies.some((policy) => policy.scopes.length > 0) ? new WeakMap() : null };
    });
    if (!scoped.byLabels) return scoped.policies;
    let inScope = scoped.byLabels.get(labelIds);
    if (!inScope) {
      inScope = scoped.policies.filter((policy) => isInLabelScope(policy, labelIds));
      scoped.byLabels.set(labelIds, inScope);
    }
    return inScope;
  }

  /** The dynamic labels that a host is asked about. `rhel` that calls itself CentOS counts as `centos`. */
  labelsFor(teamId: number, platform: string, osName: string): AskedLabel[] {
    const own = platform === "rhel" && /centos/i.test(osName) ? "centos" : platform;
    const family = policyPlatform(own);
    return remember(this.labelsOf, `${teamId} ${own}`, () =>
      this.labels.filter(
        (label) => (label.teamId === null || label.teamId === teamId) && (label.platform === "" || label.platform === own || label.platform === family),
      ),
    );
  }

  /** Whether a label is one that hosts answer for themselves. */
  isAsked(labelId: number): boolean {
    return this.dynamicLabels.has(labelId);
  }

  /** Whether there is such a policy, for whomever. */
  hasPolicy(policyId: number): boolean {
    return this.versions.has(policyId);
  }

  /** The team's gate: whether it is on, since when (milliseconds), and the tenant that it serves. */
  gateOf(teamId: number): { on: boolean; since: number; tenantId: string } {
    const team = this.teams.get(teamId);
    return { on: team?.gating ?? false, since: team?.gatingSince ? Date.parse(team.gatingSince) : 0, tenantId: team?.tenantId ?? "" };
  }

  /** What the tray of a host with these answers is told; the same for all with as many failures. An answer to an older question is none. */
  desktopFor(results: PolicySheet): AgentResponse {
    const failing = results.failing().filter((id) => this.versions.get(id) === results.versionOf(id)).length;
    let desktop = this.desktops.get(failing);
    if (!desktop)
      this.desktops.set(failing, (desktop = answerDesktop({ failing, organisation: this.organisation.name, contactUrl: this.organisation.contactUrl })));
    return desktop;
  }

  /** osqueryd's configuration for a platform: an override replaces the common one as a whole. */
  configFor(platform: string): AgentConfig {
    return remember(this.configOf, platform, () => {
      const overrides = readObject(readObject(this.agentOptions.overrides).platforms);
      const override = Object.hasOwn(overrides, platform) ? overrides[platform] : undefined;
      const config = readObject(override ?? this.agentOptions.config);
      const options = readObject(config.options);
      const seconds = (value: unknown) => readInteger(value, 0, 86_400) || null;
      return {
        answer: forMany(answerText("osquery", JSON.stringify(config))),
        distributedIntervalSeconds: seconds(options.distributed_interval),
        configRefreshSeconds: seconds(options.config_tls_refresh ?? options.config_refresh),
        loggerPeriodSeconds: seconds(options.logger_tls_period),
      };
    });
  }
}

/** The policies of a team and platform; those within a set of labels are remembered by the set, which hosts share. */
interface ScopedPolicies {
  policies: AskedPolicy[];
  byLabels: WeakMap<ReadonlySet<number>, AskedPolicy[]> | null;
}

function isInLabelScope({ scopes }: PolicyRow | AskedPolicy, labelIds: ReadonlySet<number>): boolean {
  const of = (kind: string) => scopes.filter((scope) => scope.scope === kind).map((scope) => labelIds.has(scope.labelId));
  const [includeAny, includeAll, excludeAny, excludeAll] = [of("include_any"), of("include_all"), of("exclude_any"), of("exclude_all")];
  return (
    (includeAny.length === 0 || includeAny.includes(true)) &&
    !includeAll.includes(false) &&
    !excludeAny.includes(true) &&
    (excludeAll.length === 0 || excludeAll.includes(false))
  );
}

function remember<Value>(memory: Map<string, Value>, key: string, make: () => Value): Value {
  let value = memory.get(key);
  if (value === undefined) {
    // Keys hold a platform, which a host chooses: bounded.
    if (memory.size >= 1000) memory.clear();
    value = make();
    memory.set(key, value);
  }
  return value;
}

// Null when anything differs that isn't a policy's being there, or its question: such as whom it concerns, whether it gates, a label, a team.
function findNewPolicies(before: CatalogueRow, after: CatalogueRow): Set<number> | null {
  if (!isSame([before.labels, before.teams], [after.labels, after.teams])) return null;
  const known = new Map(before.policies.map((policy) => [policy.id, policy]));
  const ids = new Set<number>();
  for (const policy of after.policies) {
    const old = known.get(policy.id);
    if (old && isSame(old, policy)) continue;
    if (old && (old.version === policy.version || !isSame({ ...old, ...noQuestion }, { ...policy, ...noQuestion }))) return null;
    ids.add(policy.id);
  }
  return ids;
}

const noQuestion = { query: "", version: 0, versionSince: "" };

// Rows of one statement: their members stand in one order.
function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
