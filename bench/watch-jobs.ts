import { Client } from "pg";

/** What became of the queue's jobs. */
export interface JobCounts {
  /** Different moments of all schedules. */
  moments: number;
  /** Moments for which more than one job was made. */
  doubled: string[];
  /** Jobs of any kind that a worker took, and the kinds of which some were taken more than once: by two workers, or again after a failure. */
  taken: number;
  takenAgain: string[];
}

/** Writes down every job of the queue from now on, by triggers in the bench's own database. Returns what reads the account. */
export async function watchJobs(databaseUrl: string): Promise<() => Promise<JobCounts>> {
  const ask = async <Row extends object>(text: string): Promise<Row[]> => {
    const client = new Client({ connectionString: databaseUrl, application_name: "flotilla-bench" });
    await client.connect();
    try {
      return (await client.query<Row>(text)).rows;
    } finally {
      await client.end();
    }
  };
  await ask(`
    create table bench_jobs (id bigint, task_id int, moment text, what text);
    create function bench_note_job() returns trigger language plpgsql as $$
    begin
      insert into bench_jobs values (new.id, new.task_id, new.payload->'_cron'->>'ts', case tg_op when 'INSERT' then 'made' else 'taken' end);
      return null;
    end $$;
    create trigger bench_note_made after insert on graphile_worker._private_jobs for each row execute function bench_note_job();
    create trigger bench_note_taken after update of locked_by on graphile_worker._private_jobs for each row
      when (new.locked_by is not null and new.locked_by is distinct from old.locked_by) execute function bench_note_job();`);
  return async () => {
    const moments = await ask<{ name: string; moment: string; made: number }>(
      `select t.identifier as name, j.moment, count(*)::int as made
       from bench_jobs j join graphile_worker._private_tasks t on t.id = j.task_id where j.moment is not null and j.what = 'made' group by 1, 2`,
    );
    const taken = await ask<{ name: string; jobs: number; again: number }>(
      `select name, count(*)::int as jobs, count(*) filter (where times > 1)::int as again
       from (select t.identifier as name, j.id, count(*) as times from bench_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
             where j.what = 'taken' group by 1, 2) each group by 1 order by 1`,
    );
    return {
      moments: moments.length,
      doubled: moments.filter(({ made }) => made > 1).map(({ name, moment, made }) => `${name} at ${moment}: made ${made}×`),
      taken: taken.reduce((sum, { jobs }) => sum + jobs, 0),
      takenAgain: taken.filter(({ again }) => again > 0).map(({ name, jobs, again }) => `${again} of ${jobs} × ${name}`),
    };
  };
}
