import { statement, type Sql } from "@/lib/db/sql";
import type { Audience } from "./tokens";

// Half a second's worth may go out at once, so that a single change never waits; what comes after is spread evenly.
const burst = "interval '500 milliseconds'";
// Grows only while it is what holds calls back: quickly up to nine tenths of where Microsoft last said no, then carefully beyond.
const grown = `case
    when p.free_at < $3::timestamptz - ${burst} then p.per_second
    when p.per_second < 0.9 * p.ceiling then least(p.per_second * (1 + 0.05 * least(5, greatest(0, extract(epoch from $3::timestamptz - p.grown_at)))), 0.9 * p.ceiling)
    else least(p.per_second + 0.2 * least(5, greatest(0, extract(epoch from $3::timestamptz - p.grown_at))), 100) end`;

const takeTurn = statement(
  "entra.take_turn",
  `with lane as (
     select id, paused_until as until, (paused_until > $3::timestamptz and pause_reason in ($2::text, 'both')) is true as paused from entra_connections where id = $1::int),
   turn as (
     insert into entra_paces as p (connection_id, audience, per_second, ceiling, free_at, grown_at)
     select id, $2::text, 50, 50, $3::timestamptz, $3::timestamptz from lane where not paused
     on conflict (connection_id, audience) do update set per_second = ${grown}, grown_at = greatest(p.grown_at, $3::timestamptz),
       free_at = greatest(p.free_at, $3::timestamptz - ${burst}) + make_interval(secs => 1 / (${grown}))
     where p.free_at <= $4::timestamptz
     returning free_at - make_interval(secs => 1 / per_second) as at)
   select l.paused, l.until, t.at, p.free_at as "freeAt" from lane l
   left join turn t on true
   left join entra_paces p on p.connection_id = l.id and p.audience = $2::text`,
);

/** When a call may go out (`at`), or that it may not: until when Microsoft asked to be left alone (`paused`), or when the next turn is free. */
export type Turn = { kind: "at"; at: Date } | { kind: "paused"; until: Date } | { kind: "busy"; freeAt: Date };

/**
 * Takes the next turn to call one of Microsoft's services for a connection, over all instances: 50 a second at first, fewer once Microsoft said no, and
 * carefully more again. No turn is taken when the next one is free only after `latest`. A connection that is gone has no pace.
 */
export async function takeTurnRow(sql: Sql, connectionId: number, audience: Audience, now: Date, latest: Date): Promise<Turn> {
  const rows = await sql.rows<{ paused: boolean; until: Date | null; at: Date | null; freeAt: Date | null }>(takeTurn, [connectionId, audience, now, latest]);
  const [row] = rows;
  if (row?.paused && row.until) return { kind: "paused", until: row.until };
  if (row && !row.at && row.freeAt) return { kind: "busy", freeAt: row.freeAt };
  return { kind: "at", at: row?.at ?? now };
}

const slowDown = statement(
  "entra.slow_down",
  `update entra_paces set ceiling = per_second, throttled_until = $4::timestamptz,
     per_second = greatest(0.5, per_second * case when throttled_until > $3::timestamptz - interval '10 seconds' then 0.5 else 0.9 end),
     free_at = greatest(free_at, $4::timestamptz), grown_at = greatest(grown_at, $4::timestamptz)
   where connection_id = $1::int and audience = $2::text and (throttled_until is null or throttled_until <= $3::timestamptz) returning 1 as ok`,
);

/** Microsoft said no until `until`: calls go out a little slower from then on, and at half the pace when it said so just before. Calls that were under way together count once. */
export async function slowDownPace(sql: Sql, connectionId: number, audience: Audience, now: Date, until: Date): Promise<void> {
  await sql.rows(slowDown, [connectionId, audience, now, until]);
}
