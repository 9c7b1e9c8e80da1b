import { adminRoute } from "@/lib/auth/admin-route";
import { getConnectionHealth } from "@/lib/compliance/entra/get-connection-health";
import { toConnectionJson } from "../connection-json";

/** How the connection does; `state` is `not_connected` where there is none. */
export const GET = adminRoute({ route: "GET conditional-access/microsoft/health" }, async (ctx) => {
  const health = await getConnectionHealth(ctx);
  if (!health) return { state: "not_connected" };
  const { connection, counts, permissions, steps } = health;
  return {
    ...toConnectionJson(connection),
    permissions,
    steps: steps.map(({ step, state, attempts, summary, errorCode, finishedAt }) => ({
      step,
      state,
      attempts,
      summary,
      error_code: errorCode,
      finished_at: finishedAt,
    })),
    partner_state: connection.partnerState,
    last_heartbeat_at: connection.lastHeartbeatAt,
    heartbeat_error: connection.heartbeatError,
    paused_until: connection.pausedUntil,
    last_accepted_at: counts.lastAcceptedAt,
    last_confirmed_at: counts.lastConfirmedAt,
    reports: { waiting: counts.queueDepth, oldest_waiting_at: counts.oldestWaitingAt, attention: counts.attention },
    devices: { agreed: counts.devicesAgreed, differing: counts.devicesDiffering, unread: counts.devicesUnread, gone: counts.devicesGone },
    hosts: {
      let_in: counts.hostsIn,
      blocked: counts.hostsHeld,
      unknown: counts.hostsUnsure,
      unmanaged: counts.hostsLoose,
      without_identity: counts.hostsWithoutIdentity,
    },
  };
});
