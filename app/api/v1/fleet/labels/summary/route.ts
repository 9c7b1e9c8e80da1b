import { adminRoute } from "@/lib/auth/admin-route";
import { listLabels } from "@/lib/labels/list-labels";

/** Every label by name and id, for pickers. */
export const GET = adminRoute({ route: "GET labels/summary" }, async (ctx) => ({
  labels: (await listLabels(ctx)).map((label) => ({
    id: label.id,
    name: label.name,
    description: label.description,
    label_type: label.labelType,
    team_id: label.teamId,
  })),
}));
