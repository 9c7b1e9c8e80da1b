import { statement, type Sql } from "@/lib/db/sql";

const healPlaces = statement(
  "hosts.heal_places",
  `with told as (
     select h.id, h.team_id, h.platform, host_place_name(h) as name, coalesce(c.access_state, 'unsure') as access_state, host_os(h) as os, h.mdm_state,
       coalesce(is_registered(i), false) as registered, host_online_seconds(h) as online_seconds, h.created_at
     from hosts h left join host_compliance c on c.host_id = h.id left join host_entra_identities i on i.host_id = h.id)
   update host_places p set team_id = t.team_id, platform = t.platform, name = t.name, access_state = t.access_state, place = access_place(t.access_state), os = t.os,
     mdm_state = t.mdm_state, registered = t.registered, online_seconds = t.online_seconds, created_at = t.created_at
   from told t where p.host_id = t.id
     and (p.team_id, p.platform, p.name, p.access_state, p.os, p.mdm_state, p.registered, p.online_seconds, p.created_at)
       is distinct from (t.team_id, t.platform, t.name, t.access_state, t.os, t.mdm_state, t.registered, t.online_seconds, t.created_at)
   returning p.host_id::int as "hostId"`,
);
const healTexts = statement(
  "hosts.heal_texts",
  `update host_texts x set text = host_search_text(h) from hosts h where x.host_id = h.id and x.text <> host_search_text(h) returning x.host_id::int as "hostId"`,
);

/** Puts places and searched texts right that differ from their hosts; returns these hosts. */
export async function healHostPlaces(sql: Sql): Promise<number[]> {
  const places = await sql.rows<{ hostId: number }>(healPlaces);
  const texts = await sql.rows<{ hostId: number }>(healTexts);
  return [...new Set([...places, ...texts].map(({ hostId }) => hostId))];
}

const findIndex = statement("hosts.find_text_index", "select to_regclass('host_texts_trigram_idx') is not null as present");

/** Whether searches of hosts have their index; a database without trigrams has none. */
export async function hasSearchIndex(sql: Sql): Promise<boolean> {
  return (await sql.rows<{ present: boolean }>(findIndex))[0]?.present ?? false;
}
