"use client";

const heading = { fontSize: 20, lineHeight: "28px", fontWeight: 600, margin: 0 };
const button = {
  font: "inherit",
  fontWeight: 600,
  padding: "8px 16px",
  border: "1px solid",
  borderRadius: 6,
  background: "none",
  color: "inherit",
  cursor: "pointer",
};

/** When even the frame fails: plain words, no parts of ours, and a look that holds with and without our style sheet. */
export default function GlobalError({ error }: { error: Error & { digest?: string } }) {
  return (
    <html lang="en">
      <title>The server can’t draw this page · Flotilla</title>
      <body style={{ font: "16px/24px system-ui, sans-serif", padding: 24, maxWidth: 520, margin: "10vh auto" }}>
        <main>
          <h1 style={heading}>The server can’t draw this page</h1>
          <p style={{ margin: "8px 0 20px" }}>
            Nobody’s access is affected. {error.digest ? `Its log has the cause under ${error.digest}.` : "Its log has the cause."}
          </p>
          <button type="button" style={button} onClick={() => window.location.reload()}>
            Load again
          </button>
        </main>
      </body>
    </html>
  );
}
