/** Withdrawing: from the customer's own page, and by the mail's link in a browser that knows nobody. */
import { CARS } from "../helpers/accounts.ts";
import { expectGoodPage } from "../helpers/page.ts";
import { instrument, order } from "../helpers/purchase.ts";
import { signIn } from "../helpers/session.ts";
import { expect, test } from "../helpers/test.ts";

test("from the expediente: two steps, the receipt, the money back and the function off", async ({ page, sandbox }) => {
  await signIn(page, "customer");
  const address = await order(page, { slug: "suspension-confort", offer: "Elegir para siempre", car: "Alcor" });
  await expect(instrument(page).headline).toHaveText(/^Activo/);
  await page.goto("/expediente");
  const line = page.locator(".line", { hasText: "Suspensión confort" }).first();
  await expect(line.getByRole("link", { name: "Desistir del contrato aquí" })).toBeVisible();

  await page.goto(address);
  const section = page.getByRole("region", { name: "Desistimiento" });
  await expect(section).toContainText("Puedes desistir hasta el");
  await section.getByText("El plazo, día a día").click();
  await expect(section).toContainText("Día 14");
  await expectGoodPage(page);
  await section.getByRole("link", { name: "Desistir del contrato aquí", exact: true }).click();

  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Desistir del contrato");
  await expect(page.getByText(/Te devolvemos .* al mismo método de pago, en 14 días como máximo/)).toBeVisible();
  await expectGoodPage(page);
  await page.getByRole("button", { name: "Confirmar desistimiento", exact: true }).click();

  await expect(page).toHaveURL(new RegExp(`${address}/desistimiento$`));
  await expect(page.getByText("Has desistido del contrato")).toBeVisible();
  await expect(page.getByText(/desisto de mi contrato sobre el servicio/)).toBeVisible();
  await expectGoodPage(page);
  await sandbox.mailTo("cliente@demo.caas.example", /^Has desistido de /);
  await sandbox.mailTo("cliente@demo.caas.example", /^Te devolvemos /);
  await expect.poll(() => sandbox.servicesOf(CARS.Alcor)).not.toContain("SUSPENSION_COMFORT");

  // A further click leads to the same receipt.
  await page.goto(`${address}/desistir`);
  await expect(page).toHaveURL(new RegExp(`${address}/desistimiento$`));
});

test.describe("in English", () => {
  test.use({ locale: "en-GB" });

  test("by the mail's link, without signing in", async ({ page, sandbox, browser }) => {
    await signIn(page, "customer");
    const address = await order(page, { slug: "clima-programado", offer: "Elegir 90 días", car: "Alcor" });
    await expect(instrument(page).headline).toHaveText(/^Activo/);
    const mail = await sandbox.mailTo("cliente@demo.caas.example", /^Clima programado ya funciona/);
    const link = /\S+\/desistir\/\S+/.exec(mail.text)![0];

    const { javaScriptEnabled, viewport } = test.info().project.use;
    const nobody = await browser.newContext({ locale: "en-GB", javaScriptEnabled, viewport });
    try {
      const other = await nobody.newPage();
      await other.goto(new URL(page.url()).origin + new URL(link).pathname);
      await expect(other.getByRole("heading", { level: 1 })).toHaveText("Withdraw from the contract");
      await expect(other.getByText(/You can withdraw until/)).toBeVisible();
      await expectGoodPage(other);
      await other.getByRole("button", { name: "Confirm withdrawal", exact: true }).click();
      await expect(other.getByText("You have withdrawn from the contract")).toBeVisible();
      await expectGoodPage(other);
      // Opening the link again shows the same receipt.
      await other.goto(new URL(page.url()).origin + new URL(link).pathname);
      await expect(other.getByText("You have withdrawn from the contract")).toBeVisible();
    } finally {
      await nobody.close();
    }
    await page.goto(address);
    await expect(page.getByRole("region", { name: "Desistimiento" })).toContainText("Has desistido");
  });
});
