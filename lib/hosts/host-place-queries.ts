import { statement, type Sql } from "@/lib/db/sql";

const healPlaces = statement(
  "hosts.heal_places",
  `update host_places p set team_id = h.team_id, platform = h.platform, name = host_place_name(h), access_state = coalesce(c.access_state, 'unsure'),
     place = access_place(coalesce(c.access_state, 'unsure'))
   from hosts h left join host_compliance c on c.host_id = h.id
   where p.host_id = h.id
     and (p.team_id, p.platform, p.name, p.access_state) is distinct from (h.team_id, h.platform, host_place_name(h), coalesce(c.access_state, 'unsure'))
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
