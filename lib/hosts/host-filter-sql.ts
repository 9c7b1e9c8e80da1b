import type { HostFilter, HostOrderKey } from "./host-filter";

/** The filter with the teams it is narrowed to, in place of the one it names; null is every team. */
export interface HostScope extends Omit<HostFilter, "teamId"> {
  teamIds: number[] | null;
}

const linux = [
  "linux",
  "ubuntu",
  "debian",
  "rhel",
  "centos",
  "fedora",
  "amzn",
  "arch",
  "sles",
  "opensuse",
  "opensuse-leap",
  "opensuse-tumbleweed",
  "gentoo",
  "kali",
  "linuxmint",
  "manjaro",
  "nixos",
  "pop",
  "rocky",
  "almalinux",
  "tuxedo",
  "void",
  "zorin",
  "elementary",
];

/** SQL: every platform of the Linux family, as an array. */
export const linuxPlatforms = `'{${linux.join(",")}}'::text[]`;

/** SQL: the name a host is shown by; alias `h`. */
export const displayName = "coalesce(nullif(h.computer_name, ''), nullif(h.hostname, ''), nullif(h.hardware_serial, ''), 'Host ' || h.id)";

/** SQL: heard within the shorter of its two intervals plus a minute; aliases `p` and `s`. `now` is the place of a value. */
export const onlineAt = (now: string) => `coalesce(s.seen_at > ${now}::timestamptz - make_interval(secs => p.online_seconds), false)`;

const joins = {
  x: "join host_texts x on x.host_id = p.host_id",
  h: "join hosts h on h.id = p.host_id",
  t: "join teams t on t.id = p.team_id",
  s: "left join host_seen s on s.host_id = p.host_id",
  c: "left join host_compliance c on c.host_id = p.host_id",
};
type Joined = keyof typeof joins;

/** Puts a value into the statement and gives its place, such as `$3`. */
export type Bind = (value: unknown) => string;

/** A condition with the tables it looks at besides host_places, alias `p`. */
export interface Part {
  text: string;
  needs: Joined[];
}

/** The values of one statement and the function that adds to them. */
export function makeValues(): { values: unknown[]; bind: Bind } {
  const values: unknown[] = [];
  return { values, bind: (value) => `$${values.push(value)}` };
}

/** SQL: host_places with the tables that these parts look at, narrowed by them. */
export function fromPlaces(conditions: readonly Part[], ...others: readonly Part[]): string {
  const needed = new Set([...conditions, ...others].flatMap(({ needs }) => needs));
  const tables = (Object.keys(joins) as Joined[]).filter((name) => needed.has(name)).map((name) => joins[name]);
  const where = conditions.map(({ text }) => `(${text})`).join(" and ");
  return `from host_places p ${tables.join(" ")} ${where && `where ${where}`}`;
}

/** The conditions of a filter: only what it asks for, so that a list that asks for little reads little. */
export function hostConditions(filter: HostScope, now: Date, bind: Bind): Part[] {
  const parts: Part[] = [];
  const add = (text: string, ...needs: Joined[]) => parts.push({ text, needs });
  const text = filter.query?.trim();
  if (filter.teamIds) add(`p.team_id = any(${bind(filter.teamIds)}::int[])`);
  if (filter.hostIds) add(`p.host_id = any(${bind(filter.hostIds)}::int[])`);
  if (filter.accessState) add(`p.place = access_place(${bind(filter.accessState)}::text)`);
  if (text) add(`x.text like lower(${bind(`%${text.replace(/[\\%_]/g, "\\$&")}%`)}::text)`, "x");
  if (filter.labelId)
    add(
      `exists (select 1 from label_memberships m join labels l on l.id = m.label_id and l.enabled where m.host_id = p.host_id and m.label_id = ${bind(filter.labelId)}::int)`,
    );
  if (filter.platform === "linux") add(`p.platform = any(${linuxPlatforms})`);
  else if (filter.platform) add(`p.platform = ${bind(filter.platform)}::text`);
  if (filter.policyId) add(policyCondition(bind(filter.policyId), filter.policyOutcome));
  if (filter.attention) {
    add(`exists (select 1 from attention_items a where a.host_id = p.host_id and a.ended_at is null and a.code = ${bind(filter.attention)}::text)`);
  }
  if (filter.status) {
    const at = bind(now);
    if (filter.status === "online") add(onlineAt(at), "s");
    else if (filter.status === "offline") add(`not ${onlineAt(at)}`, "s");
    else if (filter.status === "new") add(`p.created_at > ${at}::timestamptz - interval '24 hours'`);
    else add(`coalesce(s.seen_at, p.created_at) < ${at}::timestamptz - interval '30 days'`, "s");
  }
  return parts;
}

function policyCondition(policyId: string, outcome: HostFilter["policyOutcome"]): string {
  const version = `(select version from policies where id = ${policyId}::int)`;
  const answered = (condition: string) =>
    `exists (select 1 from policy_results r where r.host_id = p.host_id and r.policy_id = ${policyId}::int and ${condition})`;
  switch (outcome) {
    case "pass":
    case "fail":
      return answered(`r.outcome = '${outcome}' and r.policy_version = ${version}`);
    case "unknown":
      // Few of many: each half is a stretch of an index, and no host is looked up for it. An answer is never newer than its policy.
      return `p.host_id in (
        select r.host_id from policy_results r where r.policy_id = ${policyId}::int and r.outcome = 'unknown' and ${version} is not null
        union all select r.host_id from policy_results r where r.policy_id = ${policyId}::int and r.outcome in ('pass', 'fail') and r.policy_version < ${version})`;
    case undefined:
      return answered(`${version} is not null`);
  }
}

/** What a list is ordered by: its expression, the type of its values, and whether a host can be without one. */
export interface HostOrder extends Part {
  type: "int" | "bigint" | "float8" | "text" | "timestamptz" | "boolean";
  nullable?: boolean;
}

const orders: Record<Exclude<HostOrderKey, "status">, HostOrder> = {
  access: { text: "p.place", type: "int", needs: [] },
  id: { text: "p.host_id", type: "int", needs: [] },
  display_name: { text: "p.name", type: "text", needs: [] },
  platform: { text: "p.platform", type: "text", needs: [] },
  hostname: { text: "h.hostname", type: "text", needs: ["h"] },
  computer_name: { text: "h.computer_name", type: "text", needs: ["h"] },
  os_version: { text: "p.os", type: "text", needs: [] },
  team_name: { text: "lower(t.name)", type: "text", needs: ["t"] },
  seen_time: { text: "coalesce(s.seen_at, p.created_at)", type: "timestamptz", needs: ["s"] },
  changed_at: { text: "c.changed_at", type: "timestamptz", needs: ["c"], nullable: true },
  detail_updated_at: { text: "h.detail_updated_at", type: "timestamptz", needs: ["h"] },
  last_enrolled_at: { text: "h.last_enrolled_at", type: "timestamptz", needs: ["h"], nullable: true },
  last_restarted_at: { text: "h.last_restarted_at", type: "timestamptz", needs: ["h"], nullable: true },
  created_at: { text: "p.created_at", type: "timestamptz", needs: [] },
  hardware_serial: { text: "h.hardware_serial", type: "text", needs: ["h"] },
  hardware_model: { text: "h.hardware_model", type: "text", needs: ["h"] },
  uuid: { text: "h.hardware_uuid", type: "text", needs: ["h"] },
  primary_ip: { text: "h.primary_ip", type: "text", needs: ["h"] },
  memory: { text: "h.memory_bytes", type: "bigint", needs: ["h"] },
  uptime: { text: "h.uptime_seconds", type: "bigint", needs: ["h"] },
  gigs_disk_space_available: { text: "h.disk_space_available_gb", type: "float8", needs: ["h"], nullable: true },
  osquery_version: { text: "h.osquery_version", type: "text", needs: ["h"] },
};

/** The order that a key means. */
export function hostOrder(key: HostOrderKey, now: Date, bind: Bind): HostOrder {
  return key === "status" ? { text: onlineAt(bind(now)), type: "boolean", needs: ["s"] } : orders[key];
}
