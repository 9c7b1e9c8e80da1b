import { readFileSync } from "node:fs";
import { globalAgent } from "node:https";
import { rootCertificates } from "node:tls";
import { Agent, getGlobalDispatcher, setGlobalDispatcher } from "undici";

/**
 * Makes this process trust a certificate authority as NODE_EXTRA_CA_CERTS would have at its start: for node:https, and for
 * undici and fetch. Ask for it before the first request.
 * @returns takes the trust back and ends the connections that used it
 */
export function trustSimulator(caFile: string): () => Promise<void> {
  const ca = [...rootCertificates, readFileSync(caFile, "utf8")];
  const before = { dispatcher: getGlobalDispatcher(), ca: globalAgent.options.ca };
  const agent = new Agent({ connect: { ca, timeout: 10_000 }, keepAliveTimeout: 1_000 });
  setGlobalDispatcher(agent);
  globalAgent.options.ca = ca;
  return async () => {
    setGlobalDispatcher(before.dispatcher);
    globalAgent.options.ca = before.ca;
    await agent.destroy();
  };
}
