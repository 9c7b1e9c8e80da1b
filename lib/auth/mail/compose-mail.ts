/** What a mail says: paragraphs, one thing to press, and what to know about it. */
export interface MailWords {
  subject: string;
  /** The organisation's name; it stands above the text. */
  sender: string;
  paragraphs: string[];
  action?: { text: string; url: string };
  after?: string[];
}

/** A mail's two bodies: the same words as plain text and as simple HTML, without images, scripts or anything fetched from elsewhere. */
export function composeMail({ subject, sender, paragraphs, action, after = [] }: MailWords): { subject: string; text: string; html: string } {
  const line = subject.replaceAll(/\s+/g, " ").trim();
  const text = [...paragraphs, ...(action ? [`${action.text}:\n${action.url}`] : []), ...after, `-- \n${sender}, sent by Flotilla`].join("\n\n");
  const paragraph = (words: string, style: string) => `<p style="margin:0 0 16px;${style}">${escapeHtml(words)}</p>`;
  const body = [
    ...paragraphs.map((words) => paragraph(words, "")),
    ...(action ? [button(action)] : []),
    ...after.map((words) => paragraph(words, "color:#55636b;font-size:14px;")),
  ].join("\n");
  const html = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="referrer" content="no-referrer"><title>${escapeHtml(line)}</title></head>
<body style="margin:0;padding:24px;background:#f3f6f7;color:#14212a;font:16px/24px system-ui,-apple-system,'Segoe UI',sans-serif">
<div style="max-width:520px;margin:0 auto;background:#ffffff;border:1px solid #dbe3e6;border-radius:10px;padding:28px">
<p style="margin:0 0 20px;font-weight:600">${escapeHtml(sender)}</p>
${body}
<p style="margin:24px 0 0;padding-top:16px;border-top:1px solid #dbe3e6;color:#55636b;font-size:13px">Sent by Flotilla</p>
</div>
</body>
</html>
`;
  return { subject: line, text: `${text}\n`, html };
}

function button({ text, url }: { text: string; url: string }): string {
  const href = escapeHtml(url);
  return `<p style="margin:0 0 16px"><a href="${href}" style="display:inline-block;padding:10px 18px;border-radius:8px;background:#0b5c72;color:#ffffff;text-decoration:none;font-weight:600">${escapeHtml(text)}</a></p>
<p style="margin:0 0 16px;font-size:14px;color:#55636b">Or copy this address into your browser:<br><a href="${href}" style="color:#0b5c72;word-break:break-all">${href}</a></p>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll("'", "&#39;");
}
