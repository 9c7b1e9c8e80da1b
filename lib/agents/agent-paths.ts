import type { AgentFamily } from "./agent-request";

const versions = new Set(["v1", "latest", "2022-04"]);
const mayBeAgents = /^\/api\/(?:v1\/)?osquery\/|^\/api\/fleet\/(?:orbit|device)\/|^\/api\/(?:v1|latest|2022-04)\/fleet\/device\//;

/** A path taken apart: `name` is what follows the family's prefix, without the token of a device path. */
export interface AgentPath {
  family: AgentFamily;
  name: string;
  /** The device token, decoded; only on device paths. */
  token: string;
}

// Almost every request is for one of these.
const usual = new Map<string, AgentPath>(
  ["osquery/distributed/read", "osquery/distributed/write", "osquery/config", "osquery/log"].flatMap((path) => {
    const read: AgentPath = { family: "osquery", name: path.slice(8), token: "" };
    return [
      [`/api/${path}`, read],
      [`/api/v1/${path}`, read],
    ];
  }),
).set("/api/fleet/orbit/config", { family: "orbit", name: "config", token: "" });

/** Whether a path belongs to agents and so to handleAgentRequest; everything else is Next's. */
export function isAgentPath(path: string): boolean {
  return usual.has(path) || mayBeAgents.test(path);
}

/** Reads an agent's path, the query cut off. Null for a path that isn't an agent's. */
export function readAgentPath(path: string): AgentPath | null {
  const known = usual.get(path);
  if (known) return known;
  const end = path.indexOf("?");
  const plain = end === -1 ? path : path.slice(0, end);
  if (plain.startsWith("/api/osquery/")) return { family: "osquery", name: plain.slice(13), token: "" };
  if (plain.startsWith("/api/v1/osquery/")) return { family: "osquery", name: plain.slice(16), token: "" };
  if (plain.startsWith("/api/fleet/orbit/")) return { family: "orbit", name: plain.slice(17), token: "" };
  if (plain.startsWith("/api/fleet/device/")) return { family: "device", name: `/${plain.slice(18)}`, token: "" };
  const [, api, version, fleet, device, token = "", ...rest] = plain.split("/");
  if (api !== "api" || fleet !== "fleet" || device !== "device" || !versions.has(version ?? "")) return null;
  return { family: "device", name: rest.join("/"), token: decode(token) };
}

function decode(token: string): string {
  try {
    return decodeURIComponent(token);
  } catch {
    return ""; // a broken escape is no token of ours
  }
}
