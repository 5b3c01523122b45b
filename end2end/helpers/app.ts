/**
 * The app under test: the built program on free ports, with a new database and its own played systems. Every worker has
 * one, so that faults and the clock, which are global to a server, concern only the test that set them.
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { closeSync, cpSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PROGRAM = process.env.CAAS_E2E_PROGRAM ?? join(ROOT, "target/debug/caas");
const SITE = process.env.CAAS_E2E_SITE ?? "target/site";

/** Longer than any start on a busy machine. */
const START_MILLIS = 40_000;

/** Where the demo world lies that every app begins with a copy of. */
const DEMO_WORLD = "CAAS_E2E_DEMO_WORLD";

/** What the program is told, for a database in this folder. */
function environment(folder: string) {
  return {
    PATH: process.env.PATH,
    TMPDIR: process.env.TMPDIR,
    DATABASE_URL: `sqlite:${join(folder, "caas.db")}`,
    CAAS_RATE_PER_MINUTE: "0",
    CAAS_OTA_JITTER: "off",
    LEPTOS_SITE_ROOT: SITE,
  };
}

/** Before all tests: lives the demo's past once, instead of once an app. Returns what takes it away in the end. */
export default function makeDemoWorld() {
  const folder = mkdtempSync(join(tmpdir(), "caas-e2e-demo-"));
  execFileSync(PROGRAM, ["seed-demo"], { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"], env: environment(folder) });
  process.env[DEMO_WORLD] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}

export class App {
  private constructor(
    /** Where browsers find it. */
    readonly url: string,
    /** Where the played systems are steered from. */
    readonly control: string,
    private readonly folder: string,
    private readonly process: ChildProcess,
  ) {}

  static async start(): Promise<App> {
    const [port, controlPort] = await freePorts(2);
    const folder = mkdtempSync(join(tmpdir(), "caas-e2e-"));
    cpSync(process.env[DEMO_WORLD]!, folder, { recursive: true });
    const log = openSync(join(folder, "log"), "a");
    const child = spawn(PROGRAM, ["serve"], {
      cwd: ROOT,
      stdio: ["ignore", log, log],
      env: { ...environment(folder), PORT: String(port), CAAS_SANDBOX_CONTROL_PORT: String(controlPort) },
    });
    closeSync(log);
    const app = new App(`http://localhost:${port}`, `http://127.0.0.1:${controlPort}`, folder, child);
    // A worker that is killed must not leave its app behind.
    process.once("exit", () => child.kill("SIGKILL"));
    await app.untilReady();
    return app;
  }

  private async untilReady() {
    const end = Date.now() + START_MILLIS;
    while (Date.now() < end) {
      if (this.process.exitCode !== null) break;
      const ready = await fetch(`${this.url}/readyz`).then((answer) => answer.ok, () => false);
      if (ready) return;
      await new Promise((done) => setTimeout(done, 50));
    }
    throw new Error(`The app did not start:\n${this.log()}`);
  }

  /** What it has written so far. */
  log(): string {
    return readFileSync(join(this.folder, "log"), "utf8");
  }

  async stop() {
    if (this.process.exitCode === null) {
      const ended = new Promise((done) => this.process.once("exit", done));
      this.process.kill("SIGKILL");
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Ports that nobody uses; all are held until the last is found, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const held = Array.from({ length: count }, () => createServer());
  await Promise.all(held.map((server) => new Promise<void>((done) => server.listen(0, "127.0.0.1", done))));
  const ports = held.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(held.map((server) => new Promise((done) => server.close(done))));
  return ports;
}
