/** What holds on every page. */
import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** No violation of WCAG 2.2 AA or axe's best practices in the state the page is in; contrast in light and in dark. */
export async function expectAccessible(page: Page) {
  const { javaScriptEnabled: scripted = true, isMobile } = test.info().project.use;
  // The documents without scripts are looked at on the phone, those of a wide window with scripts: this adds none.
  if (!scripted && !isMobile) return;
  const looked = scripted ? page : await copyWithScripting(page);
  const all = await new AxeBuilder({ page: looked }).withTags(RULES).analyze();
  await looked.emulateMedia({ colorScheme: "dark" });
  const dark = await new AxeBuilder({ page: looked }).withRules(["color-contrast", "link-in-text-block"]).analyze();
  await looked.emulateMedia({ colorScheme: "light" });
  if (looked !== page) await looked.context().close();
  const found = [...all.violations, ...dark.violations].map(
    ({ id, help, nodes }) =>
      `${id}: ${help}\n  ${nodes.map((node) => `${node.target.join(" ")} ${node.html} ${node.any[0]?.message ?? ""}`).join("\n  ")}`,
  );
  expect(found, `axe on ${page.url()}`).toEqual([]);
}

/** axe needs scripts to run: the page as it stands without JavaScript, in a window that has it but with no script in it. */
async function copyWithScripting(page: Page): Promise<Page> {
  const html = (await page.content()).replace(/<script\b[\s\S]*?<\/script>/gi, "").replace(/<\/?noscript\b[^>]*>/gi, "");
  const { viewport, isMobile, hasTouch, locale } = test.info().project.use;
  // Said outright: a new context takes what is not said from the project.
  const context = await page.context().browser()!.newContext({ viewport, isMobile, hasTouch, locale, reducedMotion: "reduce", javaScriptEnabled: true });
  const copy = await context.newPage();
  await copy.route(page.url().replace(/#.*/, ""), (route) =>
    route.request().isNavigationRequest() ? route.fulfill({ contentType: "text/html; charset=utf-8", body: html }) : route.continue(),
  );
  await copy.goto(page.url());
  return copy;
}

/** Nothing sticks out to the side; wide tables scroll in their own box. */
export async function expectNoSidewaysScroll(page: Page) {
  const wide = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll("body *")]
      .filter((element) => element.getBoundingClientRect().right > width + 1)
      .map((element) => `${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""}`)
      .slice(0, 8);
  });
  expect(wide, `wider than the window on ${page.url()}`).toEqual([]);
}

/** The page as a whole: language, title, one heading, accessible, not too wide. (The watcher looks at HTML and console.) */
export async function expectGoodPage(page: Page) {
  await expect(page.locator("html")).toHaveAttribute("lang", /^(es|en)\b/);
  await expect(page).toHaveTitle(/\S/);
  await expect(page.locator("h1")).toHaveCount(1);
  await expectNoSidewaysScroll(page);
  await expectAccessible(page);
}
