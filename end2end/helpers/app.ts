/** The app under test: the built binary on a free port, with a new database and the built-in sandbox. */
import { existsSync, mkdtempSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PlaywrightTestConfig } from "@playwright/test";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

async function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.on("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });
}

/** Where the tests find the app. Set CAAS_E2E_URL (and CAAS_E2E_CONTROL_URL) to test one that already runs. */
export async function startOptions() {
  const chromium = [process.env.CHROMIUM, "/usr/bin/chromium"].find((path) => path && existsSync(path));
  if (process.env.CAAS_E2E_URL && !process.env.CAAS_E2E_FOLDER) {
    return { baseURL: process.env.CAAS_E2E_URL, chromium, webServer: undefined };
  }
  // Every worker process reads the configuration again, and must find the same app.
  process.env.CAAS_E2E_URL ??= `http://localhost:${await freePort()}`;
  process.env.CAAS_E2E_CONTROL_URL ??= `http://127.0.0.1:${await freePort()}`;
  process.env.CAAS_E2E_FOLDER ??= mkdtempSync(join(tmpdir(), "caas-e2e-"));
  const baseURL = process.env.CAAS_E2E_URL;
  const webServer: PlaywrightTestConfig["webServer"] = {
    command: join(ROOT, "target/debug/caas") + " serve",
    cwd: ROOT,
    url: `${baseURL}/readyz`,
    timeout: 60_000,
    reuseExistingServer: false,
    gracefulShutdown: { signal: "SIGTERM", timeout: 5_000 },
    stdout: process.env.CAAS_E2E_LOG ? "pipe" : "ignore",
    stderr: "pipe",
    env: {
      PORT: new URL(baseURL).port,
      DATABASE_URL: `sqlite:${join(process.env.CAAS_E2E_FOLDER, "caas.db")}`,
      CAAS_SANDBOX_CONTROL_PORT: new URL(process.env.CAAS_E2E_CONTROL_URL).port,
      LEPTOS_OUTPUT_NAME: "caas",
      LEPTOS_SITE_ROOT: "target/site",
      LEPTOS_SITE_PKG_DIR: "pkg",
      LEPTOS_HASH_FILES: "true",
    },
  };
  return { baseURL, chromium, webServer };
}
