import { existsSync } from "node:fs";
import { defineConfig, type PlaywrightTestOptions } from "@playwright/test";

const desktop: Partial<PlaywrightTestOptions> = { viewport: { width: 1280, height: 800 } };
const phone: Partial<PlaywrightTestOptions> = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

/**
 * Where a test runs, by its tags: @js needs JavaScript, @nojs is about its absence, @desktop needs a wide window, and
 * @ends runs only where most differs (wide with JavaScript, narrow without). @picture is no test: it takes pictures for
 * people, and runs when PICTURES is set.
 */
const never = process.env.PICTURES ? [] : [/@picture/];

export default defineConfig({
  testDir: "tests",
  globalSetup: "./helpers/app.ts",
  outputDir: "test-results",
  fullyParallel: true,
  workers: 2,
  // A machine that stalls is told apart from a fault: a second success is reported as flaky, never as passed in silence.
  retries: process.env.CI ? 1 : 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 120_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  use: {
    locale: "es-ES",
    timezoneId: "Europe/Madrid",
    contextOptions: { reducedMotion: "reduce" },
    actionTimeout: 10_000,
    navigationTimeout: 20_000,
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: [process.env.CHROMIUM, "/usr/bin/chromium"].find((path) => path && existsSync(path)),
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
    { name: "desktop-js", use: desktop, grepInvert: [/@nojs/, ...never] },
    { name: "desktop-nojs", use: { ...desktop, javaScriptEnabled: false }, grepInvert: [/@js|@ends|@picture/] },
    { name: "phone-js", use: phone, grepInvert: [/@nojs|@desktop|@ends|@picture/] },
    { name: "phone-nojs", use: { ...phone, javaScriptEnabled: false }, grepInvert: [/@js|@desktop|@picture/] },
  ],
});
