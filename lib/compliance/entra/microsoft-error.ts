import { UpstreamError } from "@/lib/errors";
import type { ConnectionErrorCode } from "./connection-state";

/** What kind of no Microsoft gave, for callers that decide whether to try again. */
export type MicrosoftErrorKind = "unreachable" | "throttled" | "unavailable" | "unauthorized" | "forbidden" | "not_found" | "rejected" | "credential";

/** What is known about a call that failed; all of it is safe to store and to show. */
export interface MicrosoftErrorFacts {
  /** 0 when there was no answer. */
  status: number;
  retryAfterMs?: number | undefined;
  requestId?: string;
  clientRequestId?: string;
  /** The start of the answer, with tokens and addresses taken out. */
  excerpt?: string;
  /** `error.code` of Graph, or `AADSTS…` of the token endpoint. A hint for people. */
  microsoftCode?: string;
  code?: ConnectionErrorCode;
  cause?: unknown;
}

const codeOfKind: Record<MicrosoftErrorKind, ConnectionErrorCode> = {
  unreachable: "microsoft_unavailable",
  unavailable: "microsoft_unavailable",
  throttled: "throttled",
  unauthorized: "microsoft_refused",
  forbidden: "microsoft_refused",
  not_found: "microsoft_refused",
  rejected: "microsoft_refused",
  credential: "credential_invalid",
};

/** A call to Microsoft that didn't do what it should. `kind` is for code, `code` for people and stored rows. */
export class MicrosoftError extends UpstreamError {
  readonly microsoftStatus: number;
  readonly retryAfterMs: number | undefined;
  readonly requestId: string;
  readonly clientRequestId: string;
  readonly excerpt: string;
  readonly microsoftCode: string;

  constructor(
    readonly kind: MicrosoftErrorKind,
    message: string,
    facts: MicrosoftErrorFacts,
  ) {
    super(facts.code ?? codeOfKind[kind], message, { cause: facts.cause });
    this.microsoftStatus = facts.status;
    this.retryAfterMs = facts.retryAfterMs;
    this.requestId = facts.requestId ?? "";
    this.clientRequestId = facts.clientRequestId ?? "";
    this.excerpt = facts.excerpt ?? "";
    this.microsoftCode = facts.microsoftCode ?? "";
  }

  /** Whether the same call may well succeed later without anybody doing anything. */
  get isPassing(): boolean {
    return this.kind === "unreachable" || this.kind === "unavailable" || this.kind === "throttled";
  }

  /** What a stored row or a folded "details" section says about it. */
  get details(): Record<string, unknown> {
    return {
      status: this.microsoftStatus,
      ...(this.requestId && { requestId: this.requestId }),
      ...(this.clientRequestId && { clientRequestId: this.clientRequestId }),
      ...(this.microsoftCode && { microsoftCode: this.microsoftCode }),
      ...(this.excerpt && { answer: this.excerpt }),
    };
  }
}
