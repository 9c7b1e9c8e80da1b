import type { ReactNode } from "react";
import type { Activity } from "@/lib/activities/activity";

// What the sentence says already, or what only a program needs.
const said = new Set(["changed", "public_ip", "team_id", "fleet_id", "user_id", "policy_id", "label_id", "host_id", "global"]);

/** What an activity holds beyond its sentence: where it came from, each change with its value before and after, and the rest by its name. */
export function ActivityDetails({ activity }: { activity: Activity }) {
  const from = activity.address || text(activity.details.public_ip);
  const changes = Object.entries(changesOf(activity.details.changed));
  // The server's own deeds are told whole by their sentence; what a person did, or tried, is looked into.
  const byPerson = activity.actorKind === "user" || from !== "";
  const rest = byPerson ? Object.entries(activity.details).filter(([name, value]) => !said.has(name) && isPlain(value)) : [];
  if (!from && changes.length === 0 && rest.length === 0) return null;
  return (
    <details className="act-more">
      <summary>
        Details<span className="vh"> of activity {activity.id}</span>
      </summary>
      <dl className="act-facts">
        {from && <Fact name="From">{from}</Fact>}
        {changes.map(([name, change]) => (
          <Fact key={name} name={words(name)}>
            <del>{shown(change.from)}</del> <span className="faint">became</span> <ins>{shown(change.to)}</ins>
          </Fact>
        ))}
        {rest.map(([name, value]) => (
          <Fact key={name} name={words(name)}>
            {shown(value)}
          </Fact>
        ))}
      </dl>
    </details>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function changesOf(value: unknown): Record<string, { from: unknown; to: unknown }> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(
    Object.entries(value as Record<string, unknown>).flatMap(([name, change]) =>
      typeof change === "object" && change !== null && "from" in change && "to" in change ? [[name, { from: change.from, to: change.to }]] : [],
    ),
  );
}

function isPlain(value: unknown): boolean {
  return (typeof value === "string" && value !== "") || typeof value === "number" || typeof value === "boolean";
}

function shown(value: unknown): string {
  if (value === null || value === undefined || value === "") return "nothing";
  if (value === true) return "yes";
  if (value === false) return "no";
  return typeof value === "string" || typeof value === "number" ? String(value) : JSON.stringify(value);
}

// Of a path such as org_info.contact_text its last part, as the sentence has it.
function words(name: string): string {
  const plain = (name.split(".").at(-1) as string)
    .replaceAll("_", " ")
    .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase();
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
