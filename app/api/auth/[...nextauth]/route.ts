import NextAuth from "next-auth";
import type { NextRequest } from "next/server";
import { routeClock } from "@/lib/auth/admin-route";
import { getOrganisation } from "@/lib/auth/get-organisation";
import { nextAuthOptions } from "@/lib/auth/next-auth-options";
import { createContext } from "@/lib/context";
import { cameByHttps } from "@/lib/http/client-address";

type Handler = (request: NextRequest, route: { params: Promise<{ nextauth: string[] }> }) => Promise<Response>;

const handle: Handler = async (request, route) => {
  const ctx = createContext({ kind: "nobody" }, { now: routeClock() });
  const { publicUrl } = await getOrganisation(ctx);
  // next-auth reads its own address from here alone; the Host header isn't to be trusted with it.
  if (publicUrl) process.env.NEXTAUTH_URL = publicUrl;
  return (await NextAuth(request, route, nextAuthOptions(ctx, cameByHttps(request.headers)))) as Response;
};

export { handle as GET, handle as POST };
