import { request } from "undici";
import { SignInProblem } from "./sign-in-problem";

const totalTimeoutMs = 10_000;
const maxAnswerBytes = 512 * 1024;

/** An answer of the sign-in service: a JSON object of bounded size. */
export interface LoginAnswer {
  status: number;
  body: Record<string, unknown>;
}

/**
 * Asks Microsoft's sign-in service: 10 s in all, no redirect followed, at most 512 KiB of JSON. With `form` it is a POST.
 * Trust is Node's own: a further authority comes by NODE_EXTRA_CA_CERTS alone.
 * @throws SignInProblem `microsoft_unreachable`, `microsoft_unreadable`
 */
export async function askMicrosoft(url: string, form?: Record<string, string>, timeoutMs = totalTimeoutMs): Promise<LoginAnswer> {
  let status: number;
  let text: string;
  try {
    const answer = await request(url, {
      method: form ? "POST" : "GET",
      headers: { accept: "application/json", ...(form && { "content-type": "application/x-www-form-urlencoded" }) },
      body: form ? new URLSearchParams(form).toString() : null,
      signal: AbortSignal.timeout(timeoutMs),
    });
    status = answer.statusCode;
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxAnswerBytes) throw new SignInProblem("microsoft_unreadable", `more than ${maxAnswerBytes} bytes`);
      chunks.push(chunk);
    }
    text = Buffer.concat(chunks).toString("utf8");
  } catch (cause) {
    if (cause instanceof SignInProblem) throw cause;
    throw new SignInProblem("microsoft_unreachable", whyUnreachable(cause, timeoutMs), cause);
  }
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === "object" && body !== null && !Array.isArray(body)) return { status, body: body as Record<string, unknown> };
  } catch {
    // Said below, like JSON that is no object.
  }
  throw new SignInProblem("microsoft_unreadable", `HTTP ${status}, not a JSON object`);
}

function whyUnreachable(cause: unknown, timeoutMs: number): string {
  if (!(cause instanceof Error)) return String(cause);
  const code = (cause as NodeJS.ErrnoException).code ?? "";
  if (cause.name === "TimeoutError") return `no answer within ${timeoutMs / 1000} s`;
  if (/SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)) return "its certificate isn't trusted here (NODE_EXTRA_CA_CERTS can name a further authority)";
  return cause.message || code;
}
