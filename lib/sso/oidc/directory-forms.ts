import { z } from "zod";
import { directoryClouds, directoryDefaultRoles } from "./directory";

const Guid = (what: string) =>
  z
    .string({ error: `expected the ${what}` })
    .trim()
    .toLowerCase()
    .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, `expected the ${what}, which looks like 6f1c2d3e-0000-4000-8000-1234567890ab`);

const Secret = z
  .string()
  .trim()
  .min(1, "is missing: copy the secret's value from Entra")
  .max(500, "may have at most 500 characters")
  .refine((text) => !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text), "is the secret's id; Entra shows the value beside it, once");

/** A directory to add. */
export const DirectoryDraft = z.strictObject({
  name: z.string().trim().min(1, "is missing").max(100, "may have at most 100 characters"),
  cloud: z.enum(directoryClouds, `expected one of ${directoryClouds.join(", ")}`).default("global"),
  tenantId: Guid("directory (tenant) ID"),
  clientId: Guid("application (client) ID"),
  clientSecret: Secret,
  jitProvisioning: z.boolean().default(false),
  defaultRole: z.enum(directoryDefaultRoles, `expected one of ${directoryDefaultRoles.join(", ")}`).default("none"),
});
/** See the schema of the same name. */
export type DirectoryDraft = z.output<typeof DirectoryDraft>;

/** Changes to a directory; what is left out stays. */
export const DirectoryPatch = z.strictObject({
  name: DirectoryDraft.shape.name.optional(),
  cloud: z.enum(directoryClouds).optional(),
  tenantId: DirectoryDraft.shape.tenantId.optional(),
  clientId: DirectoryDraft.shape.clientId.optional(),
  clientSecret: Secret.optional(),
  jitProvisioning: z.boolean().optional(),
  defaultRole: z.enum(directoryDefaultRoles).optional(),
});
/** See the schema of the same name. */
export type DirectoryPatch = z.output<typeof DirectoryPatch>;
