import { Client } from "pg";

/** What the database's sessions of the product held and waited for, at their most over some samples. */
export interface LockFigures {
  samples: number;
  /** Granted locks of one session, beside the one on its own transaction. A held row is none: it stands in the row. */
  mostHeld: number;
  /** Sessions that waited for a lock at one moment. */
  mostWaiting: number;
  /** The longest open transaction, in seconds. */
  longestSeconds: number;
  /** What it was at, the beginning of the statement. */
  longestWas: string;
}

/** Samples locks and open transactions once a second, until `stop`. `take` answers what was seen since the last call. */
export interface LockWatch {
  take: () => LockFigures;
  stop: () => Promise<void>;
}

const sample = `
  select coalesce(max(locks.held), 0)::int as held, count(*) filter (where a.wait_event_type = 'Lock')::int as waiting,
    coalesce(max(extract(epoch from clock_timestamp() - a.xact_start)) filter (where a.state <> 'idle'), 0)::float8 as seconds,
    coalesce((array_agg(left(regexp_replace(a.query, '\\s+', ' ', 'g'), 120) order by a.xact_start) filter (where a.state <> 'idle' and a.xact_start is not null))[1], '') as was
  from pg_stat_activity a left join (select pid, count(*) as held from pg_locks where granted and locktype <> 'virtualxid' group by pid) locks on locks.pid = a.pid
  where a.application_name = 'flotilla' and a.datname = current_database()`;

const none = (): LockFigures => ({ samples: 0, mostHeld: 0, mostWaiting: 0, longestSeconds: 0, longestWas: "" });

/** Begins to watch a database. */
export async function watchLocks(databaseUrl: string): Promise<LockWatch> {
  const client = new Client({ connectionString: databaseUrl, application_name: "flotilla-bench" });
  await client.connect();
  let seen = none();
  let stopped = false;
  const watching = (async () => {
    while (!stopped) {
      const { rows } = await client.query<{ held: number; waiting: number; seconds: number; was: string }>(sample);
      const [row] = rows;
      if (row)
        seen = {
          samples: seen.samples + 1,
          mostHeld: Math.max(seen.mostHeld, row.held),
          mostWaiting: Math.max(seen.mostWaiting, row.waiting),
          longestSeconds: Math.max(seen.longestSeconds, row.seconds),
          longestWas: row.seconds > seen.longestSeconds ? row.was : seen.longestWas,
        };
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  })();
  return {
    take() {
      const taken = seen;
      seen = none();
      return taken;
    },
    async stop() {
      stopped = true;
      // What ended it is thrown here rather than lost.
      await watching.finally(() => client.end());
    },
  };
}
