import { CARS } from "../helpers/accounts.ts";
import { expectGoodPage } from "../helpers/page.ts";
import { instrument, order } from "../helpers/purchase.ts";
import { signIn } from "../helpers/session.ts";
import { expect, test } from "../helpers/test.ts";

test("situations, single faults and the clock are set by buttons", async ({ page }) => {
  await page.goto("/sandbox");
  await page.getByRole("button", { name: "El coche está sin conexión" }).click();
  await expect(page.getByText("El coche está sin conexión.")).toBeVisible();
  await expectGoodPage(page);
  await page.getByRole("button", { name: "Todo normal" }).click();
  await expect(page.getByText("Ninguno: todo funciona.")).toBeVisible();

  const car = page.locator(`#${CARS.Brisa}`);
  await car.getByText("Qué le pasa a este coche").click();
  await car.getByRole("button", { name: "En marcha" }).click();
  await expect(page.getByText("Ninguno: todo funciona.")).toBeHidden();
  await expectGoodPage(page);
  await page.getByRole("button", { name: "Quitar todo" }).click();
  await expect(page.getByText("Ninguno: todo funciona.")).toBeVisible();

  await page.getByRole("button", { name: "+10 min" }).click();
  await expect(page.getByText(/^Adelantado: .*min\.$/)).toBeVisible();
});

test("what the bank, the cars and the mailbox hold can be read", { tag: "@ends" }, async ({ page, sandbox }) => {
  await signIn(page, "customer");
  await order(page, { slug: "carga-rapida-plus", offer: "Elegir 1 día", car: "Alcor" });
  await expect(instrument(page).headline).toHaveText(/^Activo hasta el/);
  await sandbox.mailTo("cliente@demo.caas.example", /^Carga rápida/);

  await page.goto("/sandbox/banco");
  await expect(page.getByRole("row").nth(1)).toContainText("4,90 €");
  await expectGoodPage(page);
  await page.getByRole("link", { name: "Órdenes y llamadas" }).click();
  await expect(page.getByRole("row").nth(1)).toContainText(CARS.Alcor);
  await expectGoodPage(page);
  await page.getByRole("link", { name: "Correo", exact: true }).click();
  await page.locator(".line a").first().click();
  await expectGoodPage(page);
  await page.locator(".mail__text a").first().click();
  await expect(page).toHaveURL(/\/expediente\/activaciones\//);
});
