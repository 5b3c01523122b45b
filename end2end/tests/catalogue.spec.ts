import { expectGoodPage } from "../helpers/page.ts";
import { chooseCar } from "../helpers/purchase.ts";
import { signIn } from "../helpers/session.ts";
import { expect, test } from "../helpers/test.ts";
import type { Page } from "@playwright/test";

/** On a phone the filters are folded. */
async function openFilters(page: Page) {
  if (!(await page.getByLabel("Buscar", { exact: true }).isVisible())) {
    await page.getByText("Buscar y filtrar").click();
  }
}

test("the catalogue is searched and filtered, and each filter can be taken back", async ({ page }) => {
  await page.goto("/catalogo");
  await expect(page.getByRole("status")).toHaveText("24 servicios");

  await openFilters(page);
  await page.getByLabel("Buscar", { exact: true }).fill("suspensión");
  await page.getByRole("button", { name: "Filtrar" }).click();
  await expect(page).toHaveURL(/texto=suspensi/);
  await expect(page.getByRole("link", { name: "Suspensión deportiva" })).toBeVisible();
  const found = Number.parseInt(await page.getByRole("status").innerText());
  expect(found).toBeGreaterThan(0);
  expect(found).toBeLessThan(24);
  await expectGoodPage(page);

  await page.getByRole("link", { name: /^Quitar .*suspensión/ }).click();
  await expect(page.getByRole("status")).toHaveText("24 servicios");

  await openFilters(page);
  await page.getByLabel("Oferta").selectOption({ label: "Suscripción" });
  await page.getByLabel("Precios de").selectOption("GB");
  await page.getByRole("button", { name: "Filtrar" }).click();
  await expect(page.locator(".service__price").first()).toContainText("£");
  await expectGoodPage(page);
});

test("words that nothing matches lead back to the whole catalogue", async ({ page }) => {
  await page.goto("/catalogo?texto=zapatos");
  await expect(page.getByText("Nada coincide con lo que buscas")).toBeVisible();
  await expectGoodPage(page);
  await page.getByRole("link", { name: "Ver todo el catálogo" }).click();
  await expect(page.getByRole("status")).toHaveText("24 servicios");
});

test("a service says what it does, what it costs, what happens and what if it fails", async ({ page }) => {
  await page.goto("/catalogo");
  await page.getByRole("link", { name: "Asientos calefactados" }).click();
  await expect(page).toHaveURL(/\/catalogo\/asientos-calefactados/);
  await expect(page.getByText("9,90 €")).toBeVisible();
  await expect(page.getByRole("heading", { name: "Qué pasa cuando lo pides" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Si algo falla, no pagas nada" })).toBeVisible();
  await expectGoodPage(page);

  await page.getByRole("link", { name: "Entrar para comprar" }).click();
  await expect(page).toHaveURL(/\/entrar\?siguiente=%2Fcatalogo%2Fasientos-calefactados/);
});

test("for a customer each offer says whether it fits the car, and exactly why not", async ({ page }) => {
  await signIn(page, "customer");
  await page.goto("/catalogo/piloto-de-autopista");
  await expect(page.getByText(/Necesita la versión 5\.2\.0 del software/)).toBeVisible();
  await expect(page.getByRole("link", { name: /^Elegir/ })).toHaveCount(0);
  await expectGoodPage(page);

  await page.goto("/catalogo/modo-todoterreno");
  await chooseCar(page, "Alcor");
  await expect(page.getByRole("link", { name: "Elegir 7 días" })).toBeVisible();
});

test("the language is changed at the foot of the page, and stays", async ({ page }) => {
  await page.goto("/catalogo/faros-matriciales");
  await page.getByRole("button", { name: "English" }).click();
  await expect(page).toHaveURL(/\/catalogo\/faros-matriciales/);
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await expect(page.getByRole("heading", { name: "What happens when you order" })).toBeVisible();
  await expectGoodPage(page);
  await page.goto("/");
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
});

test("colours are chosen at the foot of the page, and stay", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("button", { name: "Oscuro" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.goto("/catalogo");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await expectGoodPage(page);
});
