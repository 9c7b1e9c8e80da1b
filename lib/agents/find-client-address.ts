import { BlockList, isIP, isIPv4 } from "node:net";
import { env } from "@/lib/env";

const shared = globalThis as unknown as { flotillaTrustedProxies?: { text: string; list: BlockList } };

/**
 * The address a request came from: the peer's, or behind a proxy that TRUSTED_PROXIES names (addresses and networks, comma separated)
 * the last address in X-Forwarded-For that isn't such a proxy itself. What a stranger writes into that header never counts.
 */
export function findClientAddress(peer: string, headers: Record<string, string | string[] | undefined>): string {
  const address = plain(peer);
  const proxies = trustedProxies();
  const forwarded = headers["x-forwarded-for"];
  if (!proxies || forwarded === undefined || !isProxy(proxies, address)) return address;
  const chain = String(forwarded)
    .split(",")
    .map((one) => plain(one.trim()))
    .filter((one) => isIP(one) !== 0);
  return chain.findLast((one) => !isProxy(proxies, one)) ?? chain[0] ?? address;
}

function plain(address: string): string {
  return address.startsWith("::ffff:") && isIPv4(address.slice(7)) ? address.slice(7) : address;
}

function isProxy(list: BlockList, address: string): boolean {
  return isIP(address) !== 0 && list.check(address, isIPv4(address) ? "ipv4" : "ipv6");
}

function trustedProxies(): BlockList | null {
  const text = env().TRUSTED_PROXIES;
  if (text === "") return null;
  if (shared.flotillaTrustedProxies?.text === text) return shared.flotillaTrustedProxies.list;
  const list = new BlockList();
  for (const entry of text.split(",").map((one) => one.trim())) {
    const [address = "", bits] = entry.split("/");
    if (isIP(address) === 0) continue;
    const family = isIPv4(address) ? "ipv4" : "ipv6";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  shared.flotillaTrustedProxies = { text, list };
  return list;
}
