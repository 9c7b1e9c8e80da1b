import { headers } from "next/headers";
import { routeClock } from "@/lib/auth/admin-route";
import { createContext, type Context } from "@/lib/context";
import { clientAddress } from "@/lib/http/client-address";

/** The context of whoever holds a link and isn't signed in: nobody, from an address that attempts are counted by. */
export async function visitorContext(): Promise<Context> {
  return createContext({ kind: "nobody", address: clientAddress(await headers()) }, { now: routeClock() });
}
