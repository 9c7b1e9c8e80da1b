import type { ReactNode } from "react";
import type { Organisation } from "@/lib/auth/get-organisation";
import { Logo } from "@/app/_components/icon";
import { assetAddress } from "./assets";

// Nothing from elsewhere, nothing inline: these pages are opened by people who were sent here by an error.
const policy =
  "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** A page without sign-in: what its head and foot need. */
export interface PublicPage {
  title: string;
  organisation: Pick<Organisation, "name">;
  /** The computer's name, right in the head. */
  computer?: string;
  /** Loads again by itself after this many seconds where no script runs. */
  reloadSeconds?: number;
  children: ReactNode;
}

/**
 * A public page as a whole document: static HTML with one style sheet and one small script, without React in the browser,
 * so that it opens on an old phone over a bad line and reads without script.
 */
export async function renderPage(page: PublicPage, init: { status?: number; headers?: Record<string, string> } = {}): Promise<Response> {
  const styles = await assetAddress("public.css");
  const script = await assetAddress("public.js");
  const { name } = page.organisation;
  const html = await renderMarkup(
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{name ? `${page.title} · ${name}` : page.title}</title>
        <meta name="robots" content="noindex, nofollow" />
        <meta name="referrer" content="no-referrer" />
        <meta name="theme-color" media="(prefers-color-scheme: light)" content="#f2f0ea" />
        <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#0c1419" />
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href={styles} />
        {/* A page of its own outside Next's router: the script is deferred and 2 kB. */}
        {/* oxlint-disable-next-line nextjs/no-sync-scripts */}
        <script src={script} defer />
        {page.reloadSeconds && (
          <noscript>
            <meta httpEquiv="refresh" content={String(page.reloadSeconds)} />
          </noscript>
        )}
      </head>
      <body className="pub">
        <a className="skip" href="#main">
          Skip to the content
        </a>
        <header>
          <span className="org">{name || "Sign-in help"}</span>
          {page.computer && (
            <span className="who muted tr" title={page.computer}>
              {page.computer}
            </span>
          )}
        </header>
        <main id="main">{page.children}</main>
        <footer>
          <span>{name ? `${name} runs this page on its own server.` : "Your organisation runs this page on its own server."}</span>
          <span className="brand">
            <Logo />
            Flotilla
          </span>
        </footer>
      </body>
    </html>,
  );
  return new Response(`<!doctype html>${html}`, {
    status: init.status ?? 200,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy,
      "referrer-policy": "no-referrer",
      "x-robots-tag": "noindex",
      ...init.headers,
    },
  });
}

/** React's static markup. Loaded late, because the bundler lets no route name it in an import. */
export async function renderMarkup(node: ReactNode): Promise<string> {
  const { renderToStaticMarkup } = await import("react-dom/server");
  return renderToStaticMarkup(node);
}
