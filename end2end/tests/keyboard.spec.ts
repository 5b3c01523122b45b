/** Everything without a mouse. */
import { instrument } from "../helpers/purchase.ts";
import { signIn } from "../helpers/session.ts";
import { expect, test } from "../helpers/test.ts";
import type { Page } from "@playwright/test";

/** Tabs forward until the focus is on what fits; each stop on the way is visible and has a visible ring. */
async function tabTo(page: Page, wanted: string) {
  for (let steps = 0; steps < 80; steps++) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate((selector) => {
      const focused = document.activeElement as HTMLElement | null;
      if (!focused || focused === document.body) return { found: false, name: "body", shown: true, ring: true };
      const box = focused.getBoundingClientRect();
      const style = getComputedStyle(focused);
      // What draws the ring may be the label around a hidden radio button.
      const around = focused.closest("label");
      const ringed = (element: Element | null) => element !== null && getComputedStyle(element).outlineStyle !== "none";
      return {
        found: focused.matches(selector),
        name: focused.outerHTML.slice(0, 120),
        shown: (box.width > 0 && box.height > 0 && style.visibility !== "hidden") || around !== null,
        ring: ringed(focused) || ringed(around),
      };
    }, wanted);
    expect(stop.shown, `the focus is on something that is not shown: ${stop.name}`).toBe(true);
    expect(stop.ring, `no ring around the focus: ${stop.name}`).toBe(true);
    if (stop.found) return;
  }
  throw new Error(`Tab never reached ${wanted} on ${page.url()}`);
}

test("signing in and buying with the keyboard only", { tag: "@ends" }, async ({ page }) => {
  await page.goto("/entrar");
  await page.locator('input[type="email"]').focus();
  await page.keyboard.type("cliente@demo.caas.example");
  await tabTo(page, 'input[type="password"]');
  await page.keyboard.type("demo-caas-2026");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/expediente$/);

  await page.goto("/catalogo/aparcamiento-asistido");
  await tabTo(page, 'a[href^="/comprar/"]');
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/comprar\//);

  await tabTo(page, '#pedido input[type="checkbox"]');
  await page.keyboard.press("Space");
  await tabTo(page, '#pedido input[type="checkbox"]');
  await page.keyboard.press("Space");
  await tabTo(page, "#pedido button.btn--primary");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/expediente\/activaciones\//);
  await expect(instrument(page).headline).toHaveText(/^Activo hasta el/);
});

test("the first stop of every page leads past the header", async ({ page }) => {
  for (const path of ["/", "/catalogo", "/catalogo/faros-matriciales", "/registro"]) {
    await page.goto(path);
    // A page that puts the focus into its first field has led past the header already.
    if (await page.evaluate(() => document.activeElement !== document.body)) continue;
    await page.keyboard.press("Tab");
    const skip = page.getByRole("link", { name: "Ir al contenido" });
    await expect(skip).toBeFocused();
    await expect(skip).toBeInViewport();
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/#main$/);
    await expect(page.locator("#main")).toBeFocused();
  }
});

test("menus open and close with the keyboard", { tag: "@desktop" }, async ({ page }) => {
  await signIn(page, "customer");
  await tabTo(page, 'summary[aria-label="Tu cuenta"]');
  await page.keyboard.press("Enter");
  const link = page.getByRole("link", { name: "Cuenta", exact: true });
  await expect(link).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(link).toBeFocused();
});
