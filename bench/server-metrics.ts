import { randomBytes } from "node:crypto";

/** What opens the metrics of the servers that this run starts. */
export const metricsEnvironment = { METRICS_TOKEN: randomBytes(24).toString("hex") };

/**
 * A figure that the agents' thread of a server has of its own, by its name.
 * @throws Error when the server's metrics don't show it
 */
export async function readAgentsFigure(origin: string, name: string): Promise<{ value: number; labels: string }> {
  const answer = await fetch(`${origin}/metrics`, { headers: { authorization: `Bearer ${metricsEnvironment.METRICS_TOKEN}` } });
  const found = new RegExp(`^${name}\\{(.*thread="agents".*)\\} (\\S+)$`, "m").exec(await answer.text());
  if (!found) throw new Error(`The metrics of ${origin} (status ${answer.status}) don't show ${name} with thread="agents".`);
  return { value: Number(found[2]), labels: found[1] ?? "" };
}

/** The number under which the system knows the thread of a server that answers agents, as the server says it (Linux; NaN elsewhere). */
export async function findAgentsThread(origin: string): Promise<number> {
  if (process.platform !== "linux") return Number.NaN;
  const { labels } = await readAgentsFigure(origin, "nodejs_thread_info");
  return Number(/tid="(\d+)"/.exec(labels)?.[1]);
}
