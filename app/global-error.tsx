"use client";

/** When even the frame fails: plain words, no parts of ours. */
export default function GlobalError({ error }: { error: Error & { digest?: string } }) {
  return (
    <html lang="en">
      <title>The server can’t draw this page · Flotilla</title>
      <body style={{ font: "16px/24px system-ui, sans-serif", padding: 24, maxWidth: 520, margin: "10vh auto" }}>
        <main>
          <h1>The server can’t draw this page</h1>
          <p>Nobody’s access is affected. {error.digest ? `Its log has the cause under ${error.digest}.` : "Its log has the cause."}</p>
          <button type="button" onClick={() => window.location.reload()}>
            Load again
          </button>
        </main>
      </body>
    </html>
  );
}
