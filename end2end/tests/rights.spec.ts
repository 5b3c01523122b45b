/**
 * What a person may ask of their data and their car: a theft settled, a copy, being forgotten, another owner. Each in an
 * app of its own, because accounts and cars change hands.
 */
import { PASSWORD, ACCOUNTS } from "../helpers/accounts.ts";
import { expectGoodPage } from "../helpers/page.ts";
import { instrument, order } from "../helpers/purchase.ts";
import { signIn } from "../helpers/session.ts";
import { expect, testWithOwnApp } from "../helpers/test.ts";

const test = testWithOwnApp();
test.describe.configure({ timeout: 120_000 });

const tag = { tag: "@ends" };

test("after a theft each service says what can be done, and does it", tag, async ({ page, sandbox }) => {
  await sandbox.carsConfirmAfter(50);
  await signIn(page, "customer");
  await order(page, { slug: "suspension-confort", offer: "Elegir 30 días", car: "Lince" });
  await expect(instrument(page).headline).toHaveText(/^Activo/);
  await page.goto("/expediente");
  await page.locator(".car-card", { hasText: "Lince" }).getByRole("link").click();
  await page.getByRole("link", { name: "¿Te han robado el coche?" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("¿Te han robado el coche?");
  await expect(page.getByText("112")).toBeVisible();
  await expect(page.getByText(/puedes desistir hasta el/)).toBeVisible();
  await expectGoodPage(page);
  await page.getByRole("link", { name: "Desistir del contrato aquí" }).first().click();
  await expect(page).toHaveURL(/\/desistir$/);
});

test("a copy of all data is made and downloaded", tag, async ({ page }) => {
  await signIn(page, "secondCustomer");
  await page.goto("/cuenta/datos");
  await expectGoodPage(page);
  await page.getByRole("button", { name: "Pedir una copia" }).click();
  const link = page.getByRole("link", { name: "Descargar la copia (ZIP)" });
  await expect(async () => {
    await page.goto("/cuenta/datos");
    await expect(link).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await expectGoodPage(page);
  const file = await page.request.get((await link.getAttribute("href")) ?? "");
  expect(file.headers()["content-type"]).toBe("application/zip");
  expect((await file.body()).subarray(0, 2).toString()).toBe("PK");
});

test("the erasure asks twice and is taken back", tag, async ({ page }) => {
  await signIn(page, "customer");
  await page.goto("/cuenta/borrar");
  await expectGoodPage(page);
  const form = page.locator("form", { hasText: "BORRAR" });
  await form.locator('input[name="current_password"]').fill("no es esta");
  await form.locator('input[name="word"]').fill("BORRAR");
  await form.getByRole("button", { name: "Borrar mi cuenta" }).click();
  await expect(page.locator('input[name="current_password"]')).toHaveAttribute("aria-invalid", "true");
  await expectGoodPage(page);
  await page.locator('input[name="current_password"]').fill(PASSWORD);
  await page.locator('input[name="word"]').fill("BORRAR");
  await page.getByRole("button", { name: "Borrar mi cuenta" }).click();
  await expect(page.getByText(/Tu cuenta se borra el/)).toBeVisible();
  await expectGoodPage(page);
  await page.getByRole("button", { name: "Conservar mi cuenta" }).click();
  await expect(page.getByText("La cuenta se queda como está.")).toBeVisible();
});

test("a car goes to another owner with a code", tag, async ({ page, browser, baseURL }) => {
  await signIn(page, "customer");
  await page.goto("/expediente");
  await page.locator(".car-card", { hasText: "Alcor" }).getByRole("link").click();
  await page.getByRole("link", { name: "Pasar el coche a otra persona" }).click();
  await expectGoodPage(page);
  await page.getByLabel("Nombre del nuevo dueño").fill("Tomás");
  await page.getByLabel("Su correo").fill(ACCOUNTS.secondCustomer);
  await page.getByRole("button", { name: "Ofrecer el coche" }).click();
  await expect(page.getByText("El código para el nuevo dueño")).toBeVisible();
  await expectGoodPage(page);
  const code = (await page.locator(".link-code__code [aria-hidden]").textContent()) ?? "";
  expect(code).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/);

  const context = await browser.newContext({ baseURL });
  const other = await context.newPage();
  await signIn(other, "secondCustomer");
  await other.goto("/expediente");
  await other.getByRole("link", { name: "Ver el coche" }).click();
  await expectGoodPage(other);
  await other.getByLabel("Código").fill("AAAA-AAAA");
  await other.getByRole("button", { name: "Aceptar el coche" }).click();
  await expect(other.getByText(/El código no es ese/)).toBeVisible();
  await other.getByLabel("Código").fill(code);
  await other.getByRole("button", { name: "Aceptar el coche" }).click();
  await expect(other.getByText("El coche ya está en tu cuenta.")).toBeVisible();
  await expectGoodPage(other);
  await context.close();
});
