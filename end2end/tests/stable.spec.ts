/** Pages that stand still: nothing jumps while they load or come to life. */
import { signIn } from "../helpers/session.ts";
import { expect, test } from "../helpers/test.ts";
import type { Page } from "@playwright/test";

/** Cumulative layout shift since the page began, as browsers measure it, once it has settled. */
async function shift(page: Page, path: string): Promise<number> {
  await page.goto(path);
  await page.evaluate(() => document.fonts.ready);
  if ((await page.locator("leptos-island").count()) > 0) {
    await expect(page.locator("html")).toHaveAttribute("data-islands", "ready");
  }
  return page.evaluate(
    () =>
      new Promise<number>((done) => {
        let sum = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) sum += (entry as PerformanceEntry & { value: number }).value;
        }).observe({ type: "layout-shift", buffered: true });
        // Two frames: what has happened has been reported then.
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(sum), 50)));
      }),
  );
}

test("nothing jumps", { tag: "@js" }, async ({ page }) => {
  for (const path of ["/", "/catalogo", "/catalogo/faros-matriciales", "/entrar", "/registro"]) {
    expect.soft(await shift(page, path), path).toBeLessThan(0.01);
  }
  await signIn(page, "customer");
  for (const path of ["/expediente", "/catalogo", "/catalogo/faros-matriciales", "/cuenta", "/notificaciones"]) {
    expect.soft(await shift(page, path), path).toBeLessThan(0.01);
  }
});
