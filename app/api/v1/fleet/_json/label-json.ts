import type { LabelWithCount } from "@/lib/labels/label";

/** A label as clients know it; `enabled` is ours. */
export function toLabelJson(label: LabelWithCount) {
  return {
    id: label.id,
    name: label.name,
    description: label.description,
    query: label.query,
    platform: label.platform,
    label_type: label.labelType,
    label_membership_type: label.membershipType,
    criteria: null,
    count: label.hostCount,
    host_count: label.hostCount,
    display_text: label.name,
    host_ids: null,
    author_id: label.authorId,
    team_id: label.teamId,
    team_name: label.teamName,
    enabled: label.enabled,
    created_at: label.createdAt.toISOString(),
    updated_at: label.updatedAt.toISOString(),
  };
}
