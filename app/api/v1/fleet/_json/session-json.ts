import type { SessionRecord } from "@/lib/auth/sessions/session-record";

/** A session in the REST API's shape. */
export function toSessionJson(session: SessionRecord): object {
  return {
    session_id: session.id,
    user_id: session.userId,
    created_at: session.createdAt,
    kind: session.kind,
    last_used_at: session.lastUsedAt,
    expires_at: session.expires,
    ends_at: session.absoluteEnd,
    user_agent: session.userAgent,
    address: session.address,
  };
}
