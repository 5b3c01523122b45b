/**
 * The `test` of every spec: Playwright's, with a watcher that fails the test on what no page may do:
 * write an error to the console, throw, answer 5xx, or send HTML that is not valid.
 */
import { expect, test as base, type Page, type Response } from "@playwright/test";
import { problemsOfHtml } from "./html.ts";

export class Watcher {
  private readonly problems: string[] = [];
  private readonly allowed: RegExp[] = [];
  private readonly reading: Promise<void>[] = [];

  /** Lets a console message or failed answer pass that this test causes on purpose. */
  allow(pattern: RegExp) {
    this.allowed.push(pattern);
  }

  watch(page: Page) {
    page.on("console", (message) => {
      if (message.type() === "error") this.note(`console: ${message.text()} (${message.location().url})`);
    });
    page.on("pageerror", (error) => this.note(`exception: ${error.stack ?? error.message}`));
    page.on("response", (response) => this.reading.push(this.read(response)));
  }

  private async read(response: Response) {
    if (response.status() >= 500) this.note(`${response.status()} from ${response.url()}`);
    const request = response.request();
    if (!request.isNavigationRequest() || (response.status() >= 300 && response.status() < 400)) return;
    if (!(response.headers()["content-type"] ?? "").startsWith("text/html")) return;
    // Gone when the page has moved on meanwhile.
    const html = await response.text().catch(() => undefined);
    if (html === undefined) return;
    for (const problem of await problemsOfHtml(html)) this.note(`HTML of ${response.url()}: ${problem}`);
  }

  private note(problem: string) {
    this.problems.push(problem);
  }

  async verdict(): Promise<string[]> {
    await Promise.all(this.reading);
    return this.problems.filter((problem) => !this.allowed.some((pattern) => pattern.test(problem)));
  }
}

export const test = base.extend<{ watcher: Watcher }>({
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

export { expect };
