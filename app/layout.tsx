import type { Metadata, Viewport } from "next";
import { headers } from "next/headers";
import type { ReactNode } from "react";
import { nonceOf } from "@/lib/http/page-headers";
import "./globals.css";
import "./_components/shared-parts.css";
import { firstScript } from "./_components/first-script";

export const metadata: Metadata = {
  title: { default: "Flotilla", template: "%s · Flotilla" },
  description: "Device trust for Microsoft Entra.",
  robots: { index: false, follow: false },
};

export const viewport: Viewport = {
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#f2f0ea" },
    { media: "(prefers-color-scheme: dark)", color: "#0c1419" },
  ],
};

/** The frame of every page that React draws. The theme is set before the first paint, so that nothing flashes. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  const nonce = nonceOf(await headers());
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        {/* The browser hides a nonce from scripts once it is read, so the two never look alike to React. */}
        <script nonce={nonce} suppressHydrationWarning dangerouslySetInnerHTML={{ __html: firstScript }} />
      </head>
      <body>
        <a className="skip" href="#main">
          Skip to the content
        </a>
        {children}
      </body>
    </html>
  );
}
