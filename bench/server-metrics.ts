import { randomBytes } from "node:crypto";

/** What opens the metrics of the servers that this run starts. */
export const metricsEnvironment = { METRICS_TOKEN: randomBytes(24).toString("hex") };

/** The threads beside the server's main one, as its metrics name them. */
export type OtherThread = "agents" | "checkins";

/**
 * A figure that a thread of a server has of its own, by its name.
 * @throws Error when the server's metrics don't show it
 */
export async function readThreadFigure(origin: string, thread: OtherThread, name: string): Promise<{ value: number; labels: string }> {
  const answer = await fetch(`${origin}/metrics`, { headers: { authorization: `Bearer ${metricsEnvironment.METRICS_TOKEN}` } });
  const found = new RegExp(`^${name}\\{(.*thread="${thread}".*)\\} (\\S+)$`, "m").exec(await answer.text());
  if (!found) throw new Error(`The metrics of ${origin} (status ${answer.status}) don't show ${name} with thread="${thread}".`);
  return { value: Number(found[2]), labels: found[1] ?? "" };
}

/** The number under which the system knows a thread of a server, as the server says it (Linux; NaN elsewhere). */
export async function findThread(origin: string, thread: OtherThread): Promise<number> {
  if (process.platform !== "linux") return Number.NaN;
  const { labels } = await readThreadFigure(origin, thread, "nodejs_thread_info");
  return Number(/tid="(\d+)"/.exec(labels)?.[1]);
}
