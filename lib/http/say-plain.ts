import type { ServerResponse } from "node:http";

/** Answers with one line of text that nobody keeps; 503 asks to come again. */
export function sayPlain(response: ServerResponse, status: number, text: string): void {
  response
    .writeHead(status, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store", ...(status === 503 && { "retry-after": "2" }) })
    .end(`${text}\n`);
}
