import { expectGoodPage } from "../helpers/page.ts";
import { instrument, order, scripted } from "../helpers/purchase.ts";
import { signIn } from "../helpers/session.ts";
import { expect, test } from "../helpers/test.ts";
import type { Page } from "@playwright/test";

async function unread(page: Page): Promise<number> {
  const count = page.locator(".bell__count");
  return (await count.isHidden()) ? 0 : Number(await count.innerText());
}

test("the bell counts what is new while the page stays open", { tag: "@js" }, async ({ page, context }) => {
  await signIn(page, "customer");
  await page.goto("/notificaciones");
  await expect(page.locator("html")).toHaveAttribute("data-islands", "ready");
  const before = await unread(page);
  const other = await context.newPage();
  await order(other, { slug: "vista-360", offer: "Elegir 30 días", car: "Lince" });
  await expect(instrument(other).headline).toHaveText(/^Activo hasta el/);
  await expect.poll(() => unread(page)).toBe(before + 1);
  const bell = page.locator("summary.bell");
  await expect(bell).toHaveAttribute("aria-label", `Avisos, ${before + 1} sin leer`);
  await bell.click();
  await expect(page.locator(".bell-panel")).toContainText("Vista 360° ya funciona en tu coche");
  await expectGoodPage(page);
  await page.keyboard.press("Escape");
  await expect(page.locator(".bell-panel")).toBeHidden();
  await expect(bell).toBeFocused();
});

test("notices are listed, lead to what they are about, and are marked as read", async ({ page }) => {
  await signIn(page, "customer");
  await order(page, { slug: "vista-360", offer: "Elegir 30 días", car: "Alcor" });
  await expect(instrument(page).headline).toHaveText(/^Activo hasta el/);
  await expect(async () => {
    await page.goto("/");
    await expect(page.locator(".bell")).toHaveAttribute("aria-label", /^Avisos, \d+ sin leer$/, { timeout: 1_000 });
  }).toPass();
  if (scripted()) {
    await page.locator("summary.bell").click();
    await page.getByRole("link", { name: "Ver todos los avisos" }).click();
  } else {
    await page.locator("a.bell").click();
  }
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Avisos");
  const newest = page.locator(".line").first();
  await expect(newest).toContainText("Vista 360° ya funciona en tu coche");
  await expect(newest).toContainText("Nuevo");
  await expectGoodPage(page);
  await page.getByRole("button", { name: "Marcar todo como leído" }).click();
  await expect(page.getByText("Todo leído.")).toBeVisible();
  await expect(page.locator(".line--new")).toHaveCount(0);
  await page.locator(".line a").first().click();
  await expect(page).toHaveURL(/\/expediente\/activaciones\//);
});
