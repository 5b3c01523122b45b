import { defineConfig, type PlaywrightTestOptions } from "@playwright/test";
import { startOptions } from "./helpers/app.ts";

const app = await startOptions();

const desktop: Partial<PlaywrightTestOptions> = { viewport: { width: 1280, height: 800 } };
const phone: Partial<PlaywrightTestOptions> = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

/** Tests marked @js need JavaScript, those marked @nojs are about its absence, those marked @desktop need a wide window. */
export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  fullyParallel: true,
  workers: 2,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  globalTeardown: "./helpers/teardown.ts",
  webServer: app.webServer,
  use: {
    baseURL: app.baseURL,
    locale: "es-ES",
    timezoneId: "Europe/Madrid",
    actionTimeout: 10_000,
    navigationTimeout: 20_000,
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: app.chromium,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "desktop-js", use: desktop, grepInvert: /@nojs/ },
    { name: "desktop-nojs", use: { ...desktop, javaScriptEnabled: false }, grepInvert: /@js/ },
    { name: "phone-js", use: phone, grepInvert: /@nojs|@desktop/ },
    { name: "phone-nojs", use: { ...phone, javaScriptEnabled: false }, grepInvert: /@js|@desktop/ },
  ],
});
