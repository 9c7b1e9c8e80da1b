import type { AgentPath } from "./agent-paths";
import type { AgentRequest } from "./agent-request";
import { readAgentBody } from "./read-agent-body";

/** One request on its way through: its path taken apart, its body read when somebody asks for it, unless it was `given` already. */
export class AgentCall {
  private read: Promise<Record<string, unknown>> | undefined;

  constructor(
    readonly request: AgentRequest,
    readonly path: AgentPath,
    private readonly maxBodyBytes: number,
    /** When it came, in milliseconds since 1970. */
    readonly now: number,
    readonly given?: Record<string, unknown>,
  ) {}

  /** The body as an object; see readAgentBody for its errors. */
  body(): Promise<Record<string, unknown>> {
    this.read ??= this.given ? Promise.resolve(this.given) : readAgentBody(this.request, this.maxBodyBytes);
    return this.read;
  }
}
