import { mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StartupError } from "../errors";

const prefix = "flotilla-pages-";
const name = "socket";

/**
 * Lets a server listen at a Unix socket that this account alone can reach, and gives its path; it goes with the server or the process. What killed processes left is removed.
 * @throws StartupError `socket_unusable`
 */
export async function openPageSocket(server: Server): Promise<string> {
  // Whoever connects is our other thread: it keeps its connections as long as it likes, and has checked what it hands on.
  Object.assign(server, { keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0, maxHeadersCount: 0 });
  try {
    const folder = mkdtempSync(join(tmpdir(), prefix)); // 0700
    const remove = () => rmSync(folder, { recursive: true, force: true });
    process.once("exit", remove);
    server.once("close", () => {
      process.removeListener("exit", remove);
      remove();
    });
    const path = join(folder, name);
    // Under its name only once it listens: so one that refuses is nobody's.
    await listen(server, `${path}.new`);
    renameSync(`${path}.new`, path);
    await removeAbandoned(folder);
    return path;
  } catch (cause) {
    throw new StartupError(
      "socket_unusable",
      `The folder for temporary files, ${tmpdir()}, can't hold a socket (${(cause as Error).message}). Set TMPDIR to a short path that this account can write to.`,
      { cause },
    );
  }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
}

async function removeAbandoned(own: string): Promise<void> {
  const folders = readdirSync(tmpdir())
    .filter((entry) => entry.startsWith(prefix))
    .map((entry) => join(tmpdir(), entry));
  await Promise.all(
    folders
      .filter((folder) => folder !== own)
      .map(async (folder) => {
        if (await refuses(join(folder, name))) rmSync(folder, { recursive: true, force: true });
      }),
  );
}

// Not there, or not ours to reach, is another answer.
function refuses(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code === "ECONNREFUSED"));
  });
}
