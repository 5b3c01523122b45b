import { expectGoodPage } from "../helpers/page.ts";
import { expect, test } from "../helpers/test.ts";

test("what does not exist says so", async ({ page, watcher }) => {
  watcher.allow(/status of 404/);
  const response = await page.goto("/no-existe");
  expect(response?.status()).toBe(404);
  await expectGoodPage(page);
  await page.getByRole("link", { name: "Ir al catálogo" }).click();
  await expect(page).toHaveURL(/\/catalogo$/);
});

test.describe("in English", () => {
  test.use({ locale: "en-GB" });

  test("a visitor's browser decides the language", async ({ page }) => {
    for (const path of ["/", "/catalogo", "/entrar"]) {
      await page.goto(path);
      await expect(page.locator("html")).toHaveAttribute("lang", "en");
    }
  });
});
