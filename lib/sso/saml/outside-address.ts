import { BlockList, isIP } from "node:net";
import { env } from "../../env";

// Everything that isn't the public internet: this machine, private and carriers' networks, links, clouds' metadata services, documentation, multicast.
const inside4: [string, number][] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
];

const blocked4 = new BlockList();
for (const [address, prefix] of inside4) blocked4.addSubnet(address, prefix, "ipv4");

/** Whether an address lies on the public internet. IPv6 only in 2000::/3, and none of it that stands for an IPv4 address or for documentation. */
export function isOutsideAddress(address: string): boolean {
  const plain = address.replace(/%.*$/, "");
  const family = isIP(plain);
  if (family === 4) return !blocked4.check(plain, "ipv4");
  return family === 6 && outside6.check(plain, "ipv6") && !blocked6.check(plain, "ipv6");
}

const outside6 = new BlockList();
outside6.addSubnet("2000::", 3, "ipv6");
const blocked6 = new BlockList();
blocked6.addSubnet("2001::", 23, "ipv6"); // Teredo and other protocols' own
blocked6.addSubnet("2001:db8::", 32, "ipv6");
blocked6.addSubnet("2002::", 16, "ipv6"); // 6to4 holds an IPv4 address
blocked6.addSubnet("3fff::", 20, "ipv6");

/** Whether private addresses may be fetched from too: SSO_METADATA_PRIVATE, for an identity provider in one's own network, or development. */
export function privateAllowed(): boolean {
  return env().SSO_METADATA_PRIVATE || env().NODE_ENV === "development";
}

/** Whether an address has a scheme that metadata may come from: https; http only for this computer itself, where private addresses are allowed. */
export function mayBeFetched(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  if (url.username || url.password) return false;
  if (url.protocol === "https:") return true;
  return url.protocol === "http:" && privateAllowed() && /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname);
}
