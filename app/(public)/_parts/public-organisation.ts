import { getOrganisation, type Organisation } from "@/lib/auth/get-organisation";
import { createContext } from "@/lib/context";
import { getLogger } from "@/lib/log";

const nobody: Organisation = { name: "", publicUrl: "", contactText: "", contactPhone: "", contactUrl: "", transparencyUrl: "", trayName: "" };

/** The organisation for a page that must help even while the database is away; `known` says whether this is it. */
export async function findPublicOrganisation(): Promise<{ organisation: Organisation; known: boolean }> {
  try {
    return { organisation: await getOrganisation(createContext({ kind: "nobody" })), known: true };
  } catch (error) {
    getLogger().warn({ "error.message": (error as Error).message }, "a public page was shown without the organisation's name");
    return { organisation: nobody, known: false };
  }
}

/** Pages without anything about anyone may be kept for five minutes, unless they stand in for an outage. */
export function helpHeaders(known: boolean): Record<string, string> {
  return { "cache-control": known ? "public, max-age=300" : "no-store" };
}
