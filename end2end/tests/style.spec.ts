import { expectGoodPage } from "../helpers/page.ts";
import { expect, test } from "../helpers/test.ts";

for (const colorScheme of ["light", "dark"] as const) {
  test(`the style guide is good in ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    const response = await page.goto("/estilo");
    expect(response?.status()).toBe(200);
    await expectGoodPage(page);
  });
}

test("what can be clicked is large enough for a finger", async ({ page }) => {
  await page.goto("/estilo");
  const small = await page
    .locator("button, .btn, .btn-icon, .chip, summary, input:not([type=hidden]), select")
    .evaluateAll((all) =>
      all
        .map((element) => ({ name: element.outerHTML.slice(0, 90), box: (element.closest("label") ?? element).getBoundingClientRect() }))
        .filter(({ box }) => box.width > 0 && (box.width < 24 || box.height < 24))
        .map(({ name, box }) => `${name} ${Math.round(box.width)}×${Math.round(box.height)}`),
    );
  expect(small).toEqual([]);
});

test("twice the text size still fits", { tag: ["@js", "@desktop"] }, async ({ page }) => {
  await page.goto("/");
  const wide = await page.evaluate(() => {
    document.documentElement.style.fontSize = "200%";
    return document.documentElement.scrollWidth - document.documentElement.clientWidth;
  });
  expect(wide).toBeLessThanOrEqual(0);
});
