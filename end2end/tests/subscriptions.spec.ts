/**
 * Paying by the month, through the browser: what runs and what it will cost, a charge that failed, another card, cancelling
 * and reactivating; and what becomes of a charge that keeps failing. Days pass, so these tests have apps of their own.
 */
import type { Page } from "@playwright/test";
import { PASSWORD } from "../helpers/accounts.ts";
import { expectGoodPage } from "../helpers/page.ts";
import { TEST_CARDS, chooseCar, consent, enterCard, orderButton, payWith } from "../helpers/purchase.ts";
import { untilSays } from "../helpers/sale.ts";
import type { Sandbox } from "../helpers/sandbox.ts";
import { signIn } from "../helpers/session.ts";
import { expect, testWithOwnApp } from "../helpers/test.ts";

const living = testWithOwnApp();
const owing = testWithOwnApp();
living.describe.configure({ timeout: 180_000 });

/** Has one subscription that is paid, and one whose charge has just failed. */
const ELENA = { email: "elena@demo.caas.example", password: PASSWORD };
const tag = { tag: "@ends" };

async function openSubscription(page: Page, state: string) {
  await page.goto("/expediente/suscripciones");
  await page.locator(".line", { hasText: state }).getByRole("link").first().click();
  await expect(page).toHaveURL(/\/suscripciones\/[0-9a-f-]{36}$/);
}

/**
 * What is left of the three retries, 48 hours apart, until the subscription is cancelled. Each counts from the answer to
 * the one before: time must not run ahead of what the app makes of it, and it is told by mail.
 */
async function letEveryRetryFail(sandbox: Sandbox) {
  const told = async () =>
    (await sandbox.mailsTo(ELENA.email)).filter((mail) => /^No hemos podido cobrar|^Suscripción cancelada/.test(mail.subject));
  let mails = await told();
  for (let retry = 1; retry <= 3; retry += 1) {
    const before = mails.length;
    await sandbox.advanceClock(48 * 3600 + 60);
    await expect
      .poll(async () => (mails = await told()).length, { message: `retry ${retry} is answered`, timeout: 30_000 })
      .toBeGreaterThan(before);
    if (mails.some((mail) => mail.subject.startsWith("Suscripción cancelada"))) return;
  }
  throw new Error("After three retries the subscription is not cancelled");
}

living("a subscription is followed, paid with another card, cancelled and reactivated", tag, async ({ page }) => {
  await signIn(page, ELENA);
  await page.goto("/expediente");
  await expect(page.locator("main")).toContainText(/no se ha podido cobrar la suscripción/);
  await expectGoodPage(page);
  await page.goto("/expediente/suscripciones");
  await expect(page.locator("main")).toContainText("El próximo mes");
  await expectGoodPage(page);

  await openSubscription(page, "Activa");
  await page.getByText("Qué pasa si un cobro falla").first().click();
  await expectGoodPage(page);
  await page.getByRole("link", { name: /^ES-/ }).first().click();
  await expect(page.locator("main")).toContainText("Base imponible");
  await expectGoodPage(page);
  await page.goto("/expediente/facturas");
  await expectGoodPage(page);

  // The charge that failed: its calendar, and another card, which is tried at once.
  await openSubscription(page, "Cobro pendiente");
  await expect(page.locator("main")).toContainText("Qué ha pasado y qué viene");
  await expectGoodPage(page);
  await page.getByRole("button", { name: "Añadir otra tarjeta" }).click();
  await enterCard(page, TEST_CARDS.goodMastercard);
  await untilSays(page, /Pagado: 9,90/);
  await expectGoodPage(page);

  await page.getByText("Cancelar al final del periodo").click();
  await expectGoodPage(page);
  await page.getByRole("button", { name: /^Sí, cancelar para el/ }).click();
  await expect(page.locator("main")).toContainText(/Termina cuando acabe el/);
  await expectGoodPage(page);
  await page.getByRole("button", { name: /^Reactivar/ }).click();
  await expect(page.locator("main")).toContainText("Activa");
  await page.getByText("Cancelar ahora mismo", { exact: true }).click();
  await page.getByRole("button", { name: /^Sí, cancelar ahora y pagar/ }).click();
  await expect(page.locator("main")).toContainText(/La cancelaste en el momento/);
  await untilSays(page, /Terminó el/);
  await expectGoodPage(page);
});

owing("what stays unpaid is a debt: it blocks new subscriptions until it is paid", tag, async ({ page, sandbox }) => {
  await letEveryRetryFail(sandbox);
  await signIn(page, "operations");
  await page.goto("/operaciones/suscripciones");
  // The month is billed by itself; by hand it is not billed again.
  await page.getByRole("button", { name: "Facturar ahora lo vencido" }).click();
  await expect(page.getByText("no se factura otra vez")).toBeVisible();
  await expectGoodPage(page);
  await page.goto("/operaciones/deudas");
  await untilSays(page, "Elena Prats");
  await expectGoodPage(page);
  await page.getByRole("link", { name: "Elena Prats" }).first().click();
  await expectGoodPage(page);
  await page.getByText("Pasar a cobro externo", { exact: true }).click();
  await page.getByRole("button", { name: "Sí, pasar a cobro externo" }).click();
  await expect(page.locator("main")).toContainText("En cobro externo");
  await expectGoodPage(page);

  await page.goto("about:blank");
  await page.context().clearCookies();
  await signIn(page, ELENA);
  await page.goto("/catalogo/navegacion-en-vivo");
  await chooseCar(page, "Brisa");
  await expect(page.locator("main")).toContainText("Pago pendiente");
  await expectGoodPage(page);
  await page.getByRole("link", { name: "Ver y pagar la deuda" }).first().click();
  await expect(page).toHaveURL(/\/expediente\/deudas$/);
  await expectGoodPage(page);
  await page.locator(".line__title a").first().click();
  await expectGoodPage(page);
  await payWith(page, "4242");
  await page.getByRole("button", { name: /^Pagar .* ahora$/ }).click();
  await untilSays(page, /Pagada el/);
  await expectGoodPage(page);

  await page.goto("/catalogo/navegacion-en-vivo");
  await chooseCar(page, "Brisa");
  await page.getByRole("link", { name: "Elegir suscripción" }).click();
  await payWith(page, "4242");
  await consent(page);
  await orderButton(page).click();
  await untilSays(page, "Ver la suscripción");
});
