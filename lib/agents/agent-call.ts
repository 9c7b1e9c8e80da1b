import type { AgentPath } from "./agent-paths";
import type { AgentRequest } from "./agent-request";
import { parseAgentJson, readAgentBody } from "./read-agent-body";

// A body that holds a key and nothing else is shorter.
const shortBytes = 256;

/** One request on its way through: its path taken apart, its body read when somebody asks for it. */
export class AgentCall {
  private read: Promise<Record<string, unknown>> | undefined;
  private parsed: Record<string, unknown> | undefined;

  constructor(
    readonly request: AgentRequest,
    readonly path: AgentPath,
    private readonly maxBodyBytes: number,
    /** When it came, in milliseconds since 1970. */
    readonly now: number,
    /** The whole body, when it is there already and may be taken apart. */
    private readonly bytes?: Buffer,
  ) {}

  /** The body as an object, when it is there already. @throws AgentError `body_unreadable` */
  get given(): Record<string, unknown> | undefined {
    if (this.parsed === undefined && this.bytes !== undefined) this.parsed = parseAgentJson(this.bytes);
    return this.parsed;
  }

  /** A short body as it came, byte for byte, of a request in which nothing else says who sends it; else empty. */
  get shortBody(): string {
    const { bytes } = this;
    return bytes === undefined || bytes.length > shortBytes || this.request.headers.authorization !== undefined ? "" : bytes.toString("latin1");
  }

  /** The body as an object; see readAgentBody for its errors. */
  body(): Promise<Record<string, unknown>> {
    this.read ??= this.readBody();
    return this.read;
  }

  private async readBody(): Promise<Record<string, unknown>> {
    return this.given ?? readAgentBody(this.request, this.maxBodyBytes);
  }
}
