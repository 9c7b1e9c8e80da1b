import { routeClock } from "@/lib/auth/admin-route";
import { createContext, type Context } from "@/lib/context";
import { NotFoundError, TooManyRequestsError } from "@/lib/errors";
import { cameByHttps, clientAddress } from "@/lib/http/client-address";
import { asFlotillaError } from "@/lib/http/error-envelope";
import { getLogger } from "@/lib/log";
import { checkBadTokens, countBadToken } from "./bad-tokens";
import { Computer } from "./computer-words";
import { BareBoat } from "./drawings";
import { HelpAside, OnYourComputer, ThreeSteps } from "./help-parts";
import { findPublicOrganisation } from "./public-organisation";
import { renderPage } from "./render-page";

const cookieName = "flotilla_device";
const privately = { "cache-control": "no-store" };

/** Runs what one host's link opens; a wrong link is counted, and every error becomes a page in plain words. */
export async function openDevice(request: Request, token: string, open: (ctx: Context) => Promise<Response>): Promise<Response> {
  const address = clientAddress(request.headers);
  try {
    await checkBadTokens(address);
    const response = await open(createContext({ kind: "nobody" }, { now: routeClock() }));
    response.headers.append("set-cookie", rememberedLink(token, cameByHttps(request.headers)));
    return response;
  } catch (error) {
    if (error instanceof NotFoundError) {
      await countBadToken(address);
      return oldLinkPage();
    }
    return troublePage(error);
  }
}

// So that "Show me what to fix" finds the way from Microsoft's page: this browser has shown the link itself, for as long as the link lives.
function rememberedLink(token: string, https: boolean): string {
  return `${cookieName}=${encodeURIComponent(token)}; Path=/device; Max-Age=3600; HttpOnly; SameSite=Lax${https ? "; Secure" : ""}`;
}

/** The link this browser opened last, if any. */
export function rememberedToken(request: Request): string | undefined {
  const found = new RegExp(`(?:^|;\\s*)${cookieName}=([^;]+)`).exec(request.headers.get("cookie") ?? "")?.[1];
  return found && decodeURIComponent(found);
}

/** For a link that no longer opens anything. */
export async function oldLinkPage(): Promise<Response> {
  return howToOpen("This link is too old", 404, (computer) => <>A link shows your {computer} for an hour. Get a fresh one from the icon on its screen.</>);
}

/** For a browser that hasn't shown My device lately. */
export async function noLinkPage(): Promise<Response> {
  return howToOpen("Open My device from its icon", 200, (computer) => <>It shows what to fix on your {computer}, step by step. No password needed.</>);
}

async function howToOpen(title: string, status: number, lead: (computer: React.ReactNode) => React.ReactNode): Promise<Response> {
  const { organisation } = await findPublicOrganisation();
  const page = (
    <>
      <div className="hero">
        <div>
          <h1>{title}</h1>
          <p className="lead">{lead(<Computer />)}</p>
          <OnYourComputer />
        </div>
        <BareBoat />
      </div>
      <div className="rcols">
        <section aria-labelledby="how">
          <h2 id="how">
            On your <Computer />
          </h2>
          <ThreeSteps organisation={organisation} />
        </section>
        <HelpAside organisation={organisation} />
      </div>
    </>
  );
  return renderPage({ title, organisation, children: page }, { status, headers: privately });
}

/** For a failure of ours: plain words, and another try by itself. */
export async function troublePage(error: unknown): Promise<Response> {
  const known = asFlotillaError(error);
  if (!known) getLogger().error({ "error.message": String(error), "error.stack": (error as Error)?.stack }, "My device failed");
  const { organisation } = await findPublicOrganisation();
  const busy = known instanceof TooManyRequestsError;
  const title = busy ? "Wait a minute, then try again" : "We can’t look right now";
  const lead = busy
    ? "Too many old links were opened from your network. Nothing else is wrong."
    : "Our server has a problem of its own. Your sign-in stays as it is meanwhile. This page tries again by itself.";
  const page = (
    <div className="hero">
      <div>
        <h1>{title}</h1>
        <p className="lead">{lead}</p>
      </div>
      <BareBoat />
    </div>
  );
  const status = known?.status ?? 500;
  return renderPage(
    { title, organisation, children: page },
    { status, headers: { ...privately, refresh: "15", ...(busy && { "retry-after": String(known.retryAfterSeconds) }) } },
  );
}
