import type { ConnectionHealth } from "@/lib/compliance/overview-queries";
import type { Overview } from "@/lib/compliance/get-overview";

/** The Overview's figures; times in milliseconds, spans counted from `since`. */
export function toOverviewJson(overview: Overview) {
  const { delivery, fleet } = overview;
  return {
    generated_at: overview.now,
    since: overview.since,
    hosts: {
      total: fleet.total,
      let_in: overview.byAccess.in,
      blocked: overview.byAccess.held,
      unknown: overview.byAccess.unsure,
      unmanaged: overview.byAccess.loose,
    },
    let_in_by_exception: fleet.byException,
    last_check_in_at: fleet.lastSeenAt,
    changes: overview.changes,
    cause_to_accepted: {
      accepted: delivery.accepted,
      p50_ms: round(delivery.p50Ms),
      p95_ms: round(delivery.p95Ms),
      p99_ms: round(delivery.p99Ms),
      half_hours: delivery.points.map(({ at, accepted, medianMs }) => ({ at, accepted, median_ms: round(medianMs) })),
    },
    connections: overview.connections.map(connectionJson),
    needs_attention: overview.needsYou.map(({ key, at, before, link, after }) => ({
      code: key,
      at,
      text: [before, link.text, after].filter(Boolean).join(" "),
      path: link.href,
    })),
    blocked_by: overview.blockers.map(({ code, policyId, policyName, hosts }) => ({ code, policy_id: policyId, policy_name: policyName, hosts })),
  };
}

function connectionJson(connection: ConnectionHealth) {
  return {
    id: connection.id,
    name: connection.name,
    provider: connection.provider,
    state: connection.state,
    error_code: connection.errorCode || null,
    last_heartbeat_at: connection.lastHeartbeatAt,
    last_accepted_at: connection.lastAcceptedAt,
    paused_until: connection.pausedUntil,
    reports_waiting: connection.waiting,
    oldest_waiting_at: connection.oldestWaitingAt,
  };
}

function round(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms);
}
