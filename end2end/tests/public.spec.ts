import { expectGoodPage } from "../helpers/page.ts";
import { expect, test } from "../helpers/test.ts";

for (const path of ["/", "/catalogo", "/entrar"]) {
  test(`${path} is a good page`, async ({ page }) => {
    const response = await page.goto(path);
    expect(response?.status()).toBe(200);
    await expect(page.locator("html")).toHaveAttribute("lang", /^es/);
    await expectGoodPage(page);
  });
}

test("what does not exist says so", async ({ page, watcher }) => {
  watcher.allow(/status of 404/);
  const response = await page.goto("/no-existe");
  expect(response?.status()).toBe(404);
  await expectGoodPage(page);
});

test.describe("in English", () => {
  test.use({ locale: "en-GB" });

  test("a visitor's browser decides the language", async ({ page }) => {
    await page.goto("/");
    await expect(page.locator("html")).toHaveAttribute("lang", /^en/);
    await expectGoodPage(page);
  });
});
