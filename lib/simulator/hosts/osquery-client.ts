import { gzipSync } from "node:zlib";
import { AgentNetworkError, type AgentRequest, type AgentResponse } from "./agent-transport";
import { answerQuery } from "./answer-query";
import { compareVersions } from "./sql/sql-values";
import { platformMask } from "./tables/common-tables";
import type { AgentSession } from "./agent-session";

const ENROLL_ATTEMPTS = 12;
const ENROLL_WAIT_MAX_SECONDS = 600;

/** A call to the server that osqueryd gave up on. */
export class OsqueryCallFailed extends Error {
  override name = "OsqueryCallFailed";
}

/** What osqueryd keeps on disk about its server. */
export interface OsqueryIdentity {
  nodeKey: string | null;
  enrolling: boolean;
}

/** Calls the server the way osqueryd does: status codes mean nothing, only the body counts. */
export interface OsqueryClient {
  /** @throws OsqueryCallFailed after `attempts`; AgentStopped */
  call: (
    path: string,
    makeBody: (nodeKey: string) => Record<string, unknown>,
    options: { attempts: number; gzip?: boolean },
  ) => Promise<Record<string, unknown>>;
}

type Outcome = { ok: true; body: Record<string, unknown> } | { ok: false; reason: string; nodeInvalid: boolean };

/** How osqueryd judges an answer: an empty body and any object without `error` is a success, whatever the status. */
export function judgeOsqueryAnswer(text: string): Outcome {
  if (text === "") return { ok: true, body: {} };
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { ok: false, reason: "the answer is not JSON", nodeInvalid: false };
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) return { ok: false, reason: "the answer is not a JSON object", nodeInvalid: false };
  const record = body as Record<string, unknown>;
  if (record.node_invalid === true) return { ok: false, reason: String(record.error ?? "node_invalid"), nodeInvalid: true };
  if ("error" in record) return { ok: false, reason: String(record.error), nodeInvalid: false };
  return { ok: true, body: record };
}

export function createOsqueryClient(session: AgentSession, identity: OsqueryIdentity): OsqueryClient {
  const { computer, status } = session;
  const sendsHeader = compareVersions(computer.identity.osqueryVersion, "5.23.0") >= 0;

  async function post(path: string, body: Record<string, unknown>, nodeKey: string, gzip: boolean): Promise<Outcome> {
    const json = JSON.stringify(body);
    const request: AgentRequest = {
      method: "POST",
      path,
      headers: {
        "user-agent": `osquery/${computer.identity.osqueryVersion}`,
        accept: "application/json",
        "content-type": "application/json",
        ...(sendsHeader && nodeKey !== "" ? { authorization: `NodeKey ${nodeKey}` } : {}),
        ...(gzip ? { "content-encoding": "gzip" } : {}),
      },
      body: gzip ? gzipSync(json) : json,
    };
    try {
      return judgeOsqueryAnswer((await sendTwice(request)).text);
    } catch (error) {
      if (error instanceof AgentNetworkError) return { ok: false, reason: error.message, nodeInvalid: false };
      throw error;
    }
  }

  /** A dead socket is tried once more at once; a silent server is not. */
  async function sendTwice(request: AgentRequest): Promise<AgentResponse> {
    try {
      return await session.send(request);
    } catch (error) {
      if (!(error instanceof AgentNetworkError) || error.timedOut) throw error;
      return session.send(request);
    }
  }

  function fail(path: string, reason: string): void {
    status.lastError = `${path}: ${reason}`;
    session.emit({ type: "call_failed", path, reason });
  }

  async function enroll(): Promise<string> {
    identity.enrolling = true;
    try {
      const path = "/api/v1/osquery/enroll";
      for (let attempt = 1; attempt <= ENROLL_ATTEMPTS; attempt++) {
        const outcome = await post(path, enrollBody(session), "", false);
        const key = outcome.ok ? (outcome.body.node_key ?? outcome.body.id) : undefined;
        if (typeof key === "string" && key !== "") {
          identity.nodeKey = key;
          status.enrolled = true;
          session.emit({ type: "enrolled" });
          return key;
        }
        fail(path, outcome.ok ? "the answer has no node_key" : outcome.reason);
        if (attempt < ENROLL_ATTEMPTS) await session.sleep(Math.min(attempt * attempt, ENROLL_WAIT_MAX_SECONDS));
      }
      throw new OsqueryCallFailed(`${path}: gave up after ${ENROLL_ATTEMPTS} attempts`);
    } finally {
      identity.enrolling = false;
    }
  }

  return {
    async call(path, makeBody, { attempts, gzip = false }) {
      for (let attempt = 1; ; attempt++) {
        // while another loop enrols, this one asks with an empty key, as the real agent does
        const nodeKey = identity.nodeKey ?? (identity.enrolling ? "" : await enroll());
        const outcome = await post(path, makeBody(nodeKey), nodeKey, gzip);
        if (outcome.ok) return outcome.body;
        if (outcome.nodeInvalid && identity.nodeKey === nodeKey) {
          identity.nodeKey = null;
          status.enrolled = false;
          session.emit({ type: "node_invalid" });
        }
        fail(path, outcome.reason);
        if (attempt >= attempts) throw new OsqueryCallFailed(`${path}: ${outcome.reason}`);
        await session.sleep(attempt * attempt);
      }
    },
  };
}

function enrollBody({ computer, options, now }: AgentSession): Record<string, unknown> {
  const details: Record<string, Record<string, string>> = {};
  for (const table of ["os_version", "osquery_info", "system_info", "platform_info"]) {
    const [row] = answerQuery(computer, `SELECT * FROM ${table}`, now()).rows;
    if (row) details[table] = row;
  }
  return {
    enroll_secret: options.enrollSecret,
    host_identifier: computer.identity.hardwareUuid,
    platform_type: String(platformMask(computer.identity.platform)),
    host_details: details,
  };
}
