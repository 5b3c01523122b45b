/**
 * The `test` of every spec: Playwright's, with an app of its own for each worker, and with a watcher that fails the test
 * on what no page may do: write an error to the console, throw, answer 5xx, or send HTML that is not valid.
 */
import { expect, test as base, type Page, type Response } from "@playwright/test";
import { App } from "./app.ts";
import { problemsOfHtml } from "./html.ts";
import { Sandbox } from "./sandbox.ts";

export class Watcher {
  private readonly problems = new Set<string>();
  private readonly allowed: RegExp[] = [];
  private readonly reading: Promise<void>[] = [];

  /** Lets a console message or failed answer pass that this test causes on purpose. */
  allow(pattern: RegExp) {
    this.allowed.push(pattern);
  }

  watch(page: Page) {
    page.on("console", (message) => {
      if (message.type() === "error") this.problems.add(`console: ${message.text()} (${message.location().url})`);
    });
    page.on("pageerror", (error) => this.problems.add(`exception: ${error.stack ?? error.message}`));
    page.on("response", (response) => this.reading.push(this.read(response)));
  }

  private async read(response: Response) {
    if (response.status() >= 500) this.problems.add(`${response.status()} from ${response.url()}`);
    const request = response.request();
    if (!request.isNavigationRequest() || (response.status() >= 300 && response.status() < 400)) return;
    if (!(response.headers()["content-type"] ?? "").startsWith("text/html")) return;
    // Gone when the page has moved on meanwhile; then the browser may never answer.
    const text = response.text().catch(() => undefined);
    const html = await Promise.race([text, new Promise<undefined>((done) => setTimeout(done, 3_000))]);
    if (html === undefined) return;
    const path = new URL(response.url()).pathname;
    for (const problem of await problemsOfHtml(html)) this.problems.add(`HTML of ${path}: ${problem}`);
  }

  async verdict(): Promise<string[]> {
    await Promise.all(this.reading);
    return [...this.problems].filter((problem) => !this.allowed.some((pattern) => pattern.test(problem)));
  }
}

type TestThings = {
  /** What the pages of the test do wrong. */
  watcher: Watcher;
  /** The outside systems, calm at the beginning. */
  sandbox: Sandbox;
};

// eslint-disable-next-line no-empty-pattern
async function anApp({}, use: (app: App) => Promise<void>) {
  const app = await App.start();
  await use(app);
  await app.stop();
}

export const test = base.extend<TestThings, { app: App }>({
  app: [anApp, { scope: "worker", timeout: 60_000 }],
  baseURL: async ({ app }, use) => use(app.url),
  sandbox: [
    async ({ app }, use, info) => {
      const sandbox = new Sandbox(app.control);
      await sandbox.calm();
      await use(sandbox);
      if (info.status !== info.expectedStatus) await info.attach("log of the app", { body: app.log() });
    },
    { auto: true },
  ],
  watcher: [
    async ({ context }, use) => {
      const watcher = new Watcher();
      context.on("page", (page) => watcher.watch(page));
      await use(watcher);
      expect(await watcher.verdict(), "what the pages of this test did wrong").toEqual([]);
    },
    { auto: true },
  ],
});

/** The same with an app that the tests of other files don't share: for those that let weeks pass or need a desk of their own. */
export function testWithOwnApp() {
  return test.extend<object, { app: App }>({
    // eslint-disable-next-line no-empty-pattern
    app: [async ({}, use) => anApp({}, use), { scope: "worker", timeout: 60_000 }],
  });
}

export { expect };
