import type { AgentPath } from "./agent-paths";
import type { AgentRequest } from "./agent-request";
import { readAgentBody } from "./read-agent-body";

/** One request on its way through: its path taken apart, its body read when somebody asks for it. */
export class AgentCall {
  private read: Promise<Record<string, unknown>> | undefined;

  constructor(
    readonly request: AgentRequest,
    readonly path: AgentPath,
    private readonly maxBodyBytes: number,
  ) {}

  /** The body as an object; see readAgentBody for its errors. */
  body(): Promise<Record<string, unknown>> {
    this.read ??= readAgentBody(this.request, this.maxBodyBytes);
    return this.read;
  }
}
