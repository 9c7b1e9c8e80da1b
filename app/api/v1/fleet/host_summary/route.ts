import { z } from "zod";
import { adminRoute } from "@/lib/auth/admin-route";
import { summariseHosts } from "@/lib/hosts/summarise-hosts";
import { QueryId } from "@/lib/http/list-params";
import { listLabels } from "@/lib/labels/list-labels";

const Query = z.object({ team_id: QueryId.optional(), platform: z.string().max(40).optional() });

/** Hosts counted per platform and status. */
export const GET = adminRoute({ route: "GET host_summary", query: Query }, async (ctx, { query }) => {
  const rows = await summariseHosts(ctx, { teamId: query.team_id, platform: query.platform });
  const sum = (of: (row: (typeof rows)[number]) => number) => rows.reduce((total, row) => total + of(row), 0);
  const total = sum((row) => row.total);
  const online = sum((row) => row.online);
  const missing = sum((row) => row.missing);
  const labels = await listLabels(ctx);
  return {
    team_id: query.team_id ?? null,
    totals_hosts_count: total,
    online_count: online,
    offline_count: total - online,
    mia_count: missing,
    missing_30_days_count: missing,
    new_count: sum((row) => row.new),
    all_linux_count: sum((row) => (row.linux ? row.total : 0)),
    builtin_labels: labels
      .filter(({ labelType }) => labelType === "builtin")
      .map(({ id, name, description, labelType }) => ({ id, name, description, label_type: labelType })),
    platforms: rows.map((row) => ({ platform: row.platform, hosts_count: row.total })),
  };
});
