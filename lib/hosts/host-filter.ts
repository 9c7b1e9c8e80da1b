import { z } from "zod";

/** Which hosts a list, a count or a bulk change is about; every part that is given narrows it. */
export const HostFilter = z.object({
  /** Free text: matches names, person, serial, UUID, address, mail and Entra's id, anywhere in the word. */
  query: z.string().trim().max(200).optional(),
  /** 0 is "No team". */
  teamId: z.number().int().min(0).optional(),
  labelId: z.number().int().positive().optional(),
  /** darwin, windows, linux (every distribution) or one distribution's own name. */
  platform: z.string().max(40).optional(),
  accessState: z.enum(["in", "held", "unsure", "loose"]).optional(),
  policyId: z.number().int().positive().optional(),
  /** Needs `policyId`; absent: any answer. */
  policyOutcome: z.enum(["pass", "fail", "unknown"]).optional(),
  /** new: enrolled within 24 h; missing (also mia): silent for 30 days. */
  status: z.enum(["new", "online", "offline", "missing", "mia"]).optional(),
  /** Hosts with an open attention item of this code. */
  attention: z.string().max(60).optional(),
  hostIds: z.array(z.number().int()).optional(),
});
export type HostFilter = z.infer<typeof HostFilter>;

/** The columns a host list can be ordered by. `access` puts the blocked first. */
export const HostOrderKey = z.enum([
  "access",
  "id",
  "display_name",
  "hostname",
  "computer_name",
  "platform",
  "os_version",
  "team_name",
  "seen_time",
  "changed_at",
  "detail_updated_at",
  "last_enrolled_at",
  "last_restarted_at",
  "created_at",
  "hardware_serial",
  "hardware_model",
  "uuid",
  "primary_ip",
  "memory",
  "uptime",
  "gigs_disk_space_available",
  "osquery_version",
  "status",
]);
export type HostOrderKey = z.infer<typeof HostOrderKey>;

/** One page of a host list. Without `perPage` all hosts are given. `after`: the cursor of an earlier page, or a value of the order key, behind which the list goes on. */
export interface HostPage {
  page?: number;
  perPage?: number;
  orderKey?: HostOrderKey;
  orderDirection?: "asc" | "desc";
  after?: string;
}
