import type { CallIds, Provider } from "./provider";

const nowhere: CallIds = { requestId: "", clientRequestId: "" };

/**
 * Tells nobody anything. What would be told is written down when it is decided, as a report that is `confirmed` with Microsoft's status
 * `audit_only` and no acceptance, so nothing is left to send; a report that was queued before the connection went audit-only ends here.
 */
export const auditOnly: Provider = {
  sends: false,
  reportDevice: async () => nowhere,
  getReportResult: async () => ({ state: "completed", status: "audit_only", errorCode: "", errorDetail: "", ...nowhere }),
  readBack: async () => ({ devices: new Map(), ...nowhere }),
  heartbeat: async () => ({ resync: null, messageErrors: [], ...nowhere }),
};
