import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { freePort } from "@/lib/simulator/stack/start-server";
import { pause } from "./pause";

/** What our server is measured against: the least that node:http can do, and the least that Next can. */
export interface Baselines {
  barePort: number;
  nextPort: number;
  barePid: number;
  nextPid: number;
  stop: () => void;
}

const nextCommand = join(process.cwd(), "node_modules", "next", "dist", "bin", "next");
const source = join("bench", "next-baseline");
const startTimeoutSeconds = 30;

/** Starts both, each in a process of its own; builds Next's where no build of this version stands yet. @param answers what each path answers, by path */
export async function startBaselines(answers: Record<string, string>): Promise<Baselines> {
  const folder = buildNextBaseline();
  const [barePort, nextPort] = [await freePort(), await freePort()];
  const environment = { ...process.env, BENCH_ANSWERS: JSON.stringify(answers), NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" } as NodeJS.ProcessEnv;
  const stdio: ["ignore", "ignore", "inherit"] = ["ignore", "ignore", "inherit"];
  const children = [
    spawn(process.execPath, [join("dist", "bench-baseline.mjs")], { stdio, env: { ...environment, PORT: String(barePort) } }),
    spawn(process.execPath, [nextCommand, "start", "--hostname", "127.0.0.1", "--port", String(nextPort)], { stdio, cwd: folder, env: environment }),
  ];
  const stop = () => {
    for (const child of children) child.kill("SIGTERM");
  };
  process.prependOnceListener("exit", stop);
  await Promise.all([untilAnswers(barePort, children[0]), untilAnswers(nextPort, children[1])]);
  return {
    barePort,
    nextPort,
    barePid: children[0]?.pid ?? 0,
    nextPid: children[1]?.pid ?? 0,
    stop() {
      stop();
      process.removeListener("exit", stop);
    },
  };
}

/** Where the build lies; made once for a version of Next and of the handler. */
function buildNextBaseline(): string {
  const { version } = JSON.parse(readFileSync(join("node_modules", "next", "package.json"), "utf8")) as { version: string };
  const handler = readFileSync(join(source, "app", "[...path]", "route.ts"));
  // Next finds itself by looking upwards, and compiles nothing below node_modules.
  const folder = join("dist", `bench-next-${version}-${createHash("sha256").update(handler).digest("hex").slice(0, 8)}`);
  if (existsSync(join(folder, "built"))) return folder;
  console.log("   building the Next baseline, once…");
  mkdirSync(folder, { recursive: true });
  cpSync(source, folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  const { status, stderr } = spawnSync(process.execPath, [nextCommand, "build"], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
  });
  if (status !== 0) throw new Error(`The Next baseline in ${folder} can't be built: ${stderr.slice(-2000)}`);
  writeFileSync(join(folder, "built"), "");
  return folder;
}

async function untilAnswers(port: number, child: ChildProcess | undefined): Promise<void> {
  const deadline = Date.now() + startTimeoutSeconds * 1000;
  for (;;) {
    try {
      const answer = await fetch(`http://127.0.0.1:${port}/ready`, { method: "POST", body: "{}" });
      if (answer.ok) return;
    } catch {
      // Not listening yet.
    }
    if (Date.now() > deadline || child?.exitCode !== null)
      throw new Error(`A baseline didn't answer on port ${port} within ${startTimeoutSeconds} s; what it said stands above.`);
    await pause(0.05);
  }
}
