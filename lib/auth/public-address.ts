import { z } from "zod";

const loopback = /^(localhost|127(\.\d+){3}|\[::1\]|.*\.localhost)$/;

/** The address under which people and agents reach this server: an origin, http or https, without a path. */
export const PublicAddress = z
  .string({ error: "expected an address such as https://flotilla.example.com" })
  .trim()
  .max(300, "may have at most 300 characters")
  .transform((text, check) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url && /^https?:$/.test(url.protocol) && !url.username && !url.search && !url.hash && /^\/?$/.test(url.pathname)) return url.origin;
    check.addIssue({ code: "custom", message: "expected an address such as https://flotilla.example.com, without a path" });
    return z.NEVER;
  });

/** Why Microsoft's clouds would refuse this address, as a sentence, or null: they need https and a name that isn't this computer's own. */
export function publicAddressProblem(address: string): string | null {
  if (!URL.canParse(address)) return "This isn't an address yet.";
  const url = new URL(address);
  if (loopback.test(url.hostname))
    return "This name only works on this computer. It's fine for a trial; to connect a real Microsoft tenant you need a name that others can reach.";
  if (url.protocol !== "https:") return "This address isn't https. It's fine for a trial; Microsoft's clouds and agents need https.";
  return null;
}
