import type { Context } from "@/lib/context";

// When a session or token was last used moves with every call, refused or not: of these two tables only the lasting columns count.
const moving = new Map([
  ["public.sessions", "to_jsonb(t) - array['last_used_at', 'expires']"],
  ["public.api_tokens", "to_jsonb(t) - array['last_used_at', 'last_used_address']"],
]);

/**
 * What every table of the database holds, as a short text: how many rows, and the newest transaction that wrote one. Equal before and after, nothing
 * was changed. Attempts that are counted don't count.
 */
export async function fingerprint({ db }: Context): Promise<Record<string, string>> {
  const tables = await db.$queryRawUnsafe<{ name: string }[]>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_type = 'BASE TABLE' and ((table_schema = 'public' and table_name not in ('rate_limits', '_prisma_migrations'))
       or (table_schema = 'graphile_worker' and table_name = '_private_jobs')) order by 1`,
  );
  const selects = tables.map(({ name }) => {
    const columns = moving.get(name);
    const written = columns ? `sum(hashtext((${columns})::text)::bigint)` : "max(t.xmin::text::bigint)";
    return `select '${name}' as name, count(*) || ':' || coalesce(${written}, 0) as sum from ${name} t`;
  });
  const rows = await db.$queryRawUnsafe<{ name: string; sum: string }[]>(selects.join(" union all "));
  return Object.fromEntries(rows.map(({ name, sum }) => [name, sum]));
}
