import { z } from "zod";
import { declareJob } from "@/lib/jobs/define-job";

/** Ends a connection step by step. Its work stands in disconnect-tenant.job.ts. */
export const disconnectTenantJob = declareJob({ name: "entra.disconnect_tenant", payload: z.object({ connectionId: z.number().int() }), maxAttempts: 10 });
