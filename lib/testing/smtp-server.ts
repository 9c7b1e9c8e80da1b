import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { createSecureContext, TLSSocket, type SecureContext } from "node:tls";

/** A mail that arrived: its envelope, its header fields by lower-case name, and its two bodies decoded. `secure`: it came through TLS. */
export interface ReceivedMail {
  from: string;
  to: string[];
  headers: Record<string, string>;
  text: string;
  html: string;
  raw: string;
  secure: boolean;
  user: string | null;
}

/** How the server behaves. `answers`: what it says instead, by command (CONNECT, EHLO, AUTH, MAIL, RCPT, DATA, BODY); "" says nothing at all. */
export interface SmtpBehaviour {
  security?: "tls" | "starttls" | "none";
  certificate?: { certPem: string; keyPem: string };
  login?: { user: string; password: string };
  answers?: Record<string, string>;
}

/** A mail server of this process. `answers` may be changed while it runs; `stop` closes its port, `resume` opens the same one again. */
export interface SmtpServer {
  port: number;
  mails: ReceivedMail[];
  /** Every command line that came, without the bodies of mails. */
  commands: string[];
  answers: Record<string, string>;
  stop: () => Promise<void>;
  resume: () => Promise<void>;
}

/** Starts a small real SMTP server on 127.0.0.1: EHLO, STARTTLS, AUTH PLAIN and LOGIN, MAIL, RCPT, DATA, RSET, NOOP and QUIT. */
export async function startSmtpServer(behaviour: SmtpBehaviour = {}): Promise<SmtpServer> {
  const { certificate } = behaviour;
  const secureContext = certificate && createSecureContext({ cert: certificate.certPem, key: certificate.keyPem });
  const sockets = new Set<Socket>();
  const state: Pick<SmtpServer, "mails" | "commands" | "answers"> = { mails: [], commands: [], answers: { ...behaviour.answers } };
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    if (behaviour.security === "tls") talk(upgrade(socket, secureContext), { behaviour, state, secureContext, secure: true, greet: true });
    else talk(socket, { behaviour, state, secureContext, secure: false, greet: true });
  });
  const open = (port: number) => new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  await open(0);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    mails: state.mails,
    commands: state.commands,
    answers: state.answers,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
    resume: () => open(port),
  };
}

interface Talk {
  behaviour: SmtpBehaviour;
  state: Pick<SmtpServer, "mails" | "commands" | "answers">;
  secureContext?: SecureContext;
  secure: boolean;
  greet: boolean;
}

function upgrade(socket: Socket, secureContext?: SecureContext): TLSSocket {
  const secured = new TLSSocket(socket, { isServer: true, secureContext });
  secured.on("error", () => socket.destroy());
  return secured;
}

function talk(socket: Socket, given: Talk): void {
  const { behaviour, state } = given;
  let user: string | null = null;
  let envelope: { from: string; to: string[] } = { from: "", to: [] };
  let pending = "";
  let body: string | null = null;
  let login: { step: "user" | "password"; user: string } | null = null;

  const say = (command: string, usual: string): boolean => {
    const other = state.answers[command];
    if (other !== "") socket.write(`${other ?? usual}\r\n`);
    return other === undefined;
  };
  const accept = (name: string, password: string): void => {
    const right = name === behaviour.login?.user && password === behaviour.login.password;
    if (say("AUTH", right ? "235 2.7.0 Accepted" : "535 5.7.8 Username and password not accepted") && right) user = name;
  };

  const commands: Record<string, (rest: string) => void> = {
    EHLO: () => {
      const extensions = [
        "smtp.test",
        "8BITMIME",
        ...(behaviour.security === "starttls" && !given.secure ? ["STARTTLS"] : []),
        ...(behaviour.login ? ["AUTH PLAIN LOGIN"] : []),
      ];
      say("EHLO", extensions.map((line, index) => `250${index === extensions.length - 1 ? " " : "-"}${line}`).join("\r\n"));
    },
    STARTTLS: () => {
      if (behaviour.security !== "starttls" || !say("STARTTLS", "220 2.0.0 Ready")) return void socket.write("454 4.7.0 TLS not available\r\n");
      socket.removeAllListeners("data");
      talk(upgrade(socket, given.secureContext), { ...given, secure: true, greet: false });
    },
    AUTH: (rest) => {
      const [method, initial] = rest.split(" ");
      if (method?.toUpperCase() === "LOGIN") {
        login = { step: "user", user: "" };
        socket.write(`334 ${Buffer.from("Username:").toString("base64")}\r\n`);
        return;
      }
      const [, name = "", password = ""] = Buffer.from(initial ?? "", "base64")
        .toString()
        .split("\0");
      accept(name, password);
    },
    MAIL: (rest) => {
      envelope = { from: /<([^>]*)>/.exec(rest)?.[1] ?? "", to: [] };
      if (behaviour.login && user === null) return void socket.write("530 5.7.0 Authentication required\r\n");
      say("MAIL", "250 2.1.0 OK");
    },
    RCPT: (rest) => {
      if (say("RCPT", "250 2.1.5 OK")) envelope.to.push(/<([^>]*)>/.exec(rest)?.[1] ?? "");
    },
    DATA: () => {
      if (say("DATA", "354 End with a dot")) body = "";
    },
    RSET: () => void socket.write("250 2.0.0 OK\r\n"),
    NOOP: () => void socket.write("250 2.0.0 OK\r\n"),
    QUIT: () => socket.end("221 2.0.0 Bye\r\n"),
  };

  const take = (line: string): void => {
    if (login) return takeLogin(line);
    state.commands.push(line);
    const [word = "", ...rest] = line.split(" ");
    const command = commands[word.toUpperCase()];
    if (command) command(rest.join(" "));
    else socket.write("500 5.5.2 Unknown command\r\n");
  };
  const takeLogin = (line: string): void => {
    const plain = Buffer.from(line, "base64").toString();
    if (login?.step === "user") {
      login = { step: "password", user: plain };
      socket.write(`334 ${Buffer.from("Password:").toString("base64")}\r\n`);
    } else {
      const name = login?.user ?? "";
      login = null;
      accept(name, plain);
    }
  };
  const takeBody = (): boolean => {
    const end = pending.indexOf("\r\n.\r\n");
    if (end === -1) return false;
    const raw = pending.slice(0, end).replaceAll(/^\.\./gm, ".");
    pending = pending.slice(end + 5);
    body = null;
    if (say("BODY", "250 2.0.0 Queued as 4f1c")) state.mails.push({ ...envelope, ...readMail(raw), secure: given.secure, user });
    return true;
  };

  socket.on("data", (chunk: Buffer) => {
    pending += chunk.toString("latin1");
    for (;;) {
      if (body !== null) {
        if (!takeBody()) return;
        continue;
      }
      const end = pending.indexOf("\r\n");
      if (end === -1) return;
      const line = pending.slice(0, end);
      pending = pending.slice(end + 2);
      take(line);
    }
  });
  if (given.greet) say("CONNECT", "220 smtp.test ready");
}

function readMail(raw: string): Pick<ReceivedMail, "headers" | "text" | "html" | "raw"> {
  const { headers, body } = readPart(raw);
  const boundary = /boundary="?([^";]+)"?/.exec(headers["content-type"] ?? "")?.[1];
  const parts = boundary
    ? body
        .split(`--${boundary}`)
        .slice(1, -1)
        .map((part) => readPart(part.replace(/^\r\n/, "")))
    : [{ headers, body }];
  const find = (type: string) => parts.find((part) => part.headers["content-type"]?.startsWith(type));
  return { headers, text: decode(find("text/plain")), html: decode(find("text/html")), raw };
}

function readPart(raw: string): { headers: Record<string, string>; body: string } {
  const gap = raw.indexOf("\r\n\r\n");
  const lines = raw
    .slice(0, gap)
    .replaceAll(/\r\n[ \t]+/g, " ")
    .split("\r\n");
  const headers = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]));
  return { headers, body: raw.slice(gap + 4) };
}

function decode(part: { headers: Record<string, string>; body: string } | undefined): string {
  if (!part) return "";
  const encoding = part.headers["content-transfer-encoding"]?.toLowerCase();
  if (encoding === "base64") return Buffer.from(part.body, "base64").toString("utf8");
  if (encoding !== "quoted-printable") return Buffer.from(part.body, "latin1").toString("utf8");
  const bytes = part.body.replaceAll("=\r\n", "").replaceAll(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8").replaceAll("\r\n", "\n");
}
