import { agentCaches } from "../agents/agent-caches";
import type { Context } from "../context";

const patienceMs = 10_000;
// Ids that no host has, for news arrives in the order in which it was committed.
let marker = 2_000_000_000;
const heard = new Map<number, () => void>();

/** Waits until this process has heard of everything that was committed before; at once where it listens to nothing. @throws Error after ten seconds */
export async function hearNews(ctx: Pick<Context, "sql">): Promise<void> {
  const caches = agentCaches();
  if (!caches.isTrusted) return;
  if (!Object.hasOwn(caches, "hostChanged")) {
    const plain = caches.hostChanged.bind(caches);
    caches.hostChanged = (hostId) => {
      plain(hostId);
      heard.get(hostId)?.();
    };
  }
  const mine = (marker += 1);
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      heard.set(mine, resolve);
      timer = setTimeout(() => reject(new Error("The news that was committed before wasn't heard within ten seconds.")), patienceMs);
      ctx.sql.rows({ name: "", text: "select pg_notify('flotilla_host_changed', $1::text)" }, [String(mine)]).catch(reject);
    });
  } finally {
    clearTimeout(timer);
    heard.delete(mine);
  }
}
