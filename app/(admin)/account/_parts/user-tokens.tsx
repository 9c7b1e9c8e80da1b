import { NoPermission } from "@/app/_components/blank";
import { Time } from "@/app/_components/time";
import { routePair } from "@/lib/auth/access/catalogue";
import type { ApiToken } from "@/lib/auth/tokens/api-token";
import { listApiTokens } from "@/lib/auth/tokens/list-api-tokens";
import { listTokenRoutes } from "@/lib/auth/tokens/list-token-routes";
import { isAllowed } from "@/lib/authorize";
import type { Context } from "@/lib/context";
import { ForbiddenError } from "@/lib/errors";
import { MakeTokenButton } from "./make-token-button";
import { RevokeTokenButton } from "./revoke-token-button";
import "./account.css";

/** A user's API tokens. Tokens are made here for oneself, and for API-only users (`apiOnly`) by those who may write them; anybody's are revoked. */
export async function UserTokens({ ctx, userId, userName, apiOnly = false }: { ctx: Context; userId: number; userName?: string; apiOnly?: boolean }) {
  const tokens = await listApiTokens(ctx, userId).catch(unlessForbidden);
  const { actor } = ctx;
  const own = actor.kind === "user" && actor.userId === userId;
  const mayMake = tokens !== null && (own ? isAllowed(ctx, "profile:write") : apiOnly && isAllowed(ctx, "user:write"));
  const routes = mayMake ? (await listTokenRoutes(ctx, userId)).map(({ id, displayName, method, path }) => ({ id, displayName, method, path })) : [];
  const noToken = own
    ? "No token yet. Make one for a script instead of giving it a password."
    : apiOnly
      ? "No token yet, so this user can do nothing."
      : "No token.";
  return (
    <section aria-labelledby="acct-tokens">
      <div className="acct-head">
        <div>
          <h2 className="h2" id="acct-tokens">
            API tokens
          </h2>
          <p className="sm muted">
            {own
              ? "For scripts and programs that act as you, with your role and never more."
              : "For programs that act as this user, with its role and never more."}
          </p>
        </div>
        {mayMake && <MakeTokenButton userId={userId} routes={routes} userName={own ? undefined : userName} />}
      </div>
      {tokens === null && <NoPermission who="the admin role on all of this user’s teams" />}
      {tokens?.length === 0 && <p className="muted acct-none">{noToken}</p>}
      {tokens && tokens.length > 0 && <TokenTable ctx={ctx} tokens={tokens} />}
    </section>
  );
}

function TokenTable({ ctx, tokens }: { ctx: Context; tokens: ApiToken[] }) {
  return (
    <table className="tbl two flat acct-table">
      <caption className="vh">API tokens</caption>
      <colgroup>
        <col />
        <col className="c-md acct-col" />
        <col className="c-md acct-col" />
        <col className="acct-col" />
        <col className="acct-act" />
      </colgroup>
      <thead>
        <tr>
          <th scope="col">Token</th>
          <th scope="col" className="c-md">
            May call
          </th>
          <th scope="col" className="c-md">
            Expires
          </th>
          <th scope="col">Last used</th>
          <th scope="col">
            <span className="vh">Revoke it</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {tokens.map((token) => (
          <tr key={token.id}>
            <td>
              <span className="name tr" title={token.name}>
                {token.name}
              </span>
              <span className="xs faint tr">
                {token.expiresAt && token.expiresAt <= ctx.now() && <span className="unsure acct-small">Expired, </span>}
                ends in <code>{token.hint}</code>, made <Time at={token.createdAt} form="clock" />
              </span>
            </td>
            <td className="c-md muted">
              <Reach routes={token.routes} />
            </td>
            <td className="c-md muted">
              <Expiry at={token.expiresAt} now={ctx.now()} />
            </td>
            <td className="muted">
              {token.lastUsedAt ? <Time at={token.lastUsedAt} /> : "Never"}
              {token.lastUsedAddress && (
                <span className="xs faint tr" title={token.lastUsedAddress}>
                  from {token.lastUsedAddress}
                </span>
              )}
            </td>
            <td className="num">
              <RevokeTokenButton userId={token.userId} tokenId={token.id} name={token.name} lastUsedAt={token.lastUsedAt?.toISOString() ?? null} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Reach({ routes }: { routes: string[] | null }) {
  if (routes === null) return "All that the role allows";
  const lines = routes.map(routePair).map(({ method, path }) => `${method} ${path}`);
  return <span title={lines.join("\n")}>{lines.length === 1 ? "1 route" : `${lines.length} routes`}</span>;
}

function Expiry({ at, now }: { at: Date | null; now: Date }) {
  if (!at) return "Never";
  if (at > now) return <Time at={at} form="clock" />;
  return (
    <span className="unsure">
      Expired <Time at={at} form="clock" />
    </span>
  );
}

function unlessForbidden(error: unknown): null {
  if (error instanceof ForbiddenError) return null;
  throw error;
}
