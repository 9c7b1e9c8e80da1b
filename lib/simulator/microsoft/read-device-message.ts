import { createHash } from "node:crypto";
import { z } from "zod";

const IsoUtc = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/, "expected an ISO time in UTC, such as 2026-01-31T12:00:00.000Z");
const Guid = z.guid("expected a GUID").transform((guid) => guid.toLowerCase());

const Upload = z.object({
  TenantId: Guid,
  UploadTime: IsoUtc,
  Content: z.string("expected a string that holds a JSON array"),
});

const shared = { TenantId: Guid, DeviceId: Guid, UserId: Guid, LastUpdateTime: IsoUtc };

const Inventory = z.object({
  EntityType: z.literal(1),
  ...shared,
  DeviceManagementState: z.enum(["managed", "notManaged"]),
  DeviceName: z.string().min(1),
  LastCheckInTime: IsoUtc,
  Os: z.enum(["macOS", "iOS", "Android"]),
  OsVersion: z.string().regex(/^\d/, "expected a bare version such as 15.4.1"),
  EasIds: z.array(z.string(), "is required and may be empty"),
  State: z.number().int().min(0).max(2),
});

const Compliance = z.object({
  EntityType: z.literal(4),
  ...shared,
  // Another spelling is taken without complaint and has no effect, as was seen of the real service.
  complianceStatus: z.enum(["compliant", "notCompliant"]).optional(),
});

/** A message as it was understood. */
export interface DeviceMessage {
  contentDigest: string;
  deviceId: string;
  userId: string;
  lastUpdateTime: string;
  managed: boolean;
  complianceStatus: "compliant" | "notCompliant" | null;
}

/** What is wrong with a message: a code, and the field in the sentence. */
export interface MessageProblem {
  code: string;
  message: string;
}

/** Reads the body of a `DataUploadMessages` upload for the tenant `tenantId`, or says what is wrong with it. */
export function readDeviceMessage(body: unknown, tenantId: string): DeviceMessage | MessageProblem {
  const upload = Upload.safeParse(body);
  if (!upload.success) return described("InvalidMessage", upload.error, "");
  if (upload.data.TenantId !== tenantId) return { code: "TenantMismatch", message: "TenantId: expected the tenant of the access token." };
  let items: unknown;
  try {
    items = JSON.parse(upload.data.Content);
  } catch {
    return { code: "InvalidContent", message: "Content: expected a string that holds a JSON array." };
  }
  if (!Array.isArray(items)) return { code: "InvalidContent", message: "Content: expected a JSON array in the string." };
  const ofType = (type: number) =>
    items.filter((item: unknown) => typeof item === "object" && item !== null && (item as Record<string, unknown>).EntityType === type) as unknown[];
  if (ofType(1).length !== 1) return { code: "MissingEntity", message: "Content: expected one item with EntityType 1 (inventory)." };
  if (ofType(4).length !== 1) return { code: "MissingEntity", message: "Content: expected one item with EntityType 4 (compliance)." };
  const inventory = Inventory.safeParse(ofType(1)[0]);
  if (!inventory.success) return described("InvalidInventory", inventory.error, "Content, EntityType 1: ");
  const compliance = Compliance.safeParse(ofType(4)[0]);
  if (!compliance.success) return described("InvalidCompliance", compliance.error, "Content, EntityType 4: ");
  for (const name of ["TenantId", "DeviceId", "UserId", "LastUpdateTime"] as const) {
    if (inventory.data[name] !== compliance.data[name]) return { code: "EntitiesDiffer", message: `${name}: expected the same value in both items.` };
  }
  if (inventory.data.TenantId !== tenantId) return { code: "TenantMismatch", message: "Content, TenantId: expected the tenant of the access token." };
  return {
    contentDigest: createHash("sha256").update(upload.data.Content).digest("base64url"),
    deviceId: inventory.data.DeviceId,
    userId: inventory.data.UserId,
    lastUpdateTime: inventory.data.LastUpdateTime,
    managed: inventory.data.DeviceManagementState === "managed",
    complianceStatus: compliance.data.complianceStatus ?? null,
  };
}

function described(code: string, error: z.ZodError, prefix: string): MessageProblem {
  const issue = error.issues[0];
  return { code, message: `${prefix}${issue?.path.join(".") ?? "body"}: ${issue?.message ?? "not understood"}.` };
}
