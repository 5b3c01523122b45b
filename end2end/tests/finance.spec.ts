/**
 * Finance's reports as people look at them, and a charge that a bank takes back: from the task to the evidence on paper.
 * Days pass, so this test has an app of its own.
 */
import { expectGoodPage } from "../helpers/page.ts";
import { consent, enterCard, instrument, openOrder, orderButton, payWith } from "../helpers/purchase.ts";
import { letDaysPass, untilSays } from "../helpers/sale.ts";
import { signIn } from "../helpers/session.ts";
import { expect, testWithOwnApp } from "../helpers/test.ts";

const disputing = testWithOwnApp();
disputing.describe.configure({ timeout: 180_000 });

/** Works, and is charged back ten days after its payout. */
const CHARGED_BACK = "4000 0000 0000 2685";

disputing("a charge that a bank takes back is answered with its evidence", { tag: "@ends" }, async ({ page, sandbox }) => {
  await signIn(page, "customer");
  await page.goto("/cuenta/metodos-de-pago");
  await page.getByRole("button", { name: /Añadir/ }).first().click();
  await enterCard(page, CHARGED_BACK);
  await openOrder(page, { slug: "asientos-calefactados", offer: "Elegir 30 días", car: "Lince" });
  await payWith(page, "2685");
  await consent(page);
  await orderButton(page).click();
  await expect(instrument(page).headline).toHaveText(/^Activo/);
  // Time must not run ahead of what the bank does: the payout comes first, then ten days.
  await letDaysPass(page, sandbox, 15);
  await page.context().clearCookies();

  await signIn(page, "operations");
  await page.goto("/operaciones/finanzas/tareas");
  await untilSays(page, "fraudulent");
  await expectGoodPage(page);
  await page.locator("tbody").getByRole("link").first().click();
  await expectGoodPage(page);
  await page.getByRole("button", { name: "Llevarla yo" }).click();
  await expect(page.locator("main")).toContainText("En curso");
  await page.getByRole("link", { name: "Ver e imprimir" }).click();
  await expect(page.locator("main")).toContainText("Entregado antes de cobrar");
  await expectGoodPage(page);
  await page.emulateMedia({ media: "print" });
  await expect(page.locator(".site-header")).toBeHidden();
  await expect(page.getByRole("link", { name: "Descargar como un fichero" })).toBeHidden();
  await page.emulateMedia({ media: "screen" });
  await page.goBack();
  await page.getByText("Anotar el siguiente paso", { exact: true }).click();
  await page.getByLabel("Paso").selectOption("ANSWERED");
  await page.getByLabel("Qué se envió o qué dijo el banco").fill("Pruebas por el portal del banco");
  await expectGoodPage(page);
  await page.getByRole("button", { name: "Anotarlo" }).click();
  await expect(page.locator("main")).toContainText("Contestada al banco");
  await expectGoodPage(page);

  for (const path of ["/operaciones/finanzas", "/operaciones/finanzas/ingresos", "/operaciones/finanzas/ingresos?por=dia&desde=2020-01-01", "/operaciones/finanzas/riesgo"]) {
    await page.goto(path);
    await expectGoodPage(page);
  }
});
