import { z } from "zod";

/** A user who may act: whole and not disabled. Anything else is nobody. */
export const LiveUser = z.object({
  id: z.number().int().positive(),
  name: z.string(),
  email: z.string().min(3),
  globalRole: z.enum(["admin", "maintainer", "technician", "observer_plus", "observer", "gitops", "none"]),
  mustResetPassword: z.boolean(),
  apiRoutes: z.array(z.string()).nullable(),
  disabledAt: z.null(),
});
