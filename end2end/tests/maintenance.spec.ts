/** Maintenance: what the workshops know opens and closes offers, and the warranty follows. On an app of its own. */
import { CARS } from "../helpers/accounts.ts";
import { expectGoodPage } from "../helpers/page.ts";
import { chooseCar, instrument, openOrder, orderButton, payWith, scripted } from "../helpers/purchase.ts";
import { signIn } from "../helpers/session.ts";
import { expect, testWithOwnApp } from "../helpers/test.ts";

const test = testWithOwnApp();

const ALL = ["POWERTRAIN", "SUSPENSION_STEERING", "BRAKES", "ELECTRONICS", "CLIMATE_CONTROL", "DRIVETRAIN"];
const current = ALL.map((name) => ({ name, compliance: 96 }));

/** A day of the sandbox's calendar, as VSS writes it. */
function daysAgo(now: string, days: number): string {
  return new Date(new Date(now).getTime() - days * 86_400_000).toISOString().slice(0, 10);
}

function overdue(name: string, compliance: number, since: string) {
  return {
    name,
    compliance,
    overdueSince: since,
    outstanding: [{ code: "X-1", description: "Pastillas y líquido", dueDate: since }],
  };
}

test.beforeEach(async ({ sandbox }) => {
  await sandbox.setMaintenance(CARS.Lince, current);
  // Days are counted here.
  await sandbox.advanceToMorning();
});

test("a blocked offer says what is missing, where to go, and that nothing was charged", async ({ page, sandbox }) => {
  await sandbox.setMaintenance(CARS.Lince, [overdue("BRAKES", 41, daysAgo(await sandbox.now(), 60))]);
  // What was kept of an earlier test is forgotten.
  await sandbox.advanceClock(3_700);
  await signIn(page, "customer");
  await page.goto("/catalogo/potencia-mas-50");
  await chooseCar(page, "Lince");
  // It completes itself: by the event stream with scripts, by loading anew without.
  await expect(page.getByText("Falta mantenimiento").first()).toBeVisible();
  await expect(page.getByText(/frenos está al 41\s%/).first()).toBeVisible();
  await expect(page.getByRole("link", { name: /^Elegir/ })).toHaveCount(0);
  await expectGoodPage(page);

  // The dialog needs no script of ours.
  await page.getByRole("button", { name: "Qué falta y dónde hacerlo" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("Pastillas y líquido");
  await expect(dialog).toContainText("En tu concesionario:");
  await expect(dialog).toContainText("No se te ha cobrado nada.");
  await expectGoodPage(page);
  await dialog.getByRole("button", { name: "Cerrar" }).click();
  await expect(dialog).toBeHidden();

  // The same as a page.
  const payments = (await sandbox.payments()).length;
  const other = await page.getByRole("link", { name: "El mantenimiento de tu coche" }).getAttribute("href");
  await page.goto(other!);
  await expect(page.getByText("Perdida", { exact: true }).first()).toBeVisible();
  await expect(page.getByText("Con 60 días de retraso")).toBeVisible();
  await expectGoodPage(page);
  expect((await sandbox.payments()).length).toBe(payments);
  await sandbox.mailTo("cliente@demo.caas.example", /ha perdido la garantía$/);
});

test("a warranty is lost and comes back, and the story keeps both", { tag: "@ends" }, async ({ page, sandbox }) => {
  // An earlier test may have left it lost: the workshops say that all is done, and it is valid.
  await sandbox.advanceClock(3_700);
  await signIn(page, "customer");
  await page.goto("/expediente");
  await page.locator(".car-card", { hasText: "Lince" }).getByRole("link").click();
  await page.getByRole("link", { name: "Mantenimiento y garantía" }).click();
  await expect(page.getByText("En vigor", { exact: true })).toBeVisible();

  await sandbox.setMaintenance(CARS.Lince, [overdue("CLIMATE_CONTROL", 35, daysAgo(await sandbox.now(), 45))]);
  await sandbox.advanceClock(3_700);
  await page.reload();
  // Newest first, above what an earlier test has left.
  const history = page.getByText(/^(Perdida|Recuperada): /);
  await expect(history.first()).toHaveText(/^Perdida: pendiente climatización/);
  await expect(page.getByText("Con 45 días de retraso")).toBeVisible();

  // The workshop has done it. What was told before still stands there.
  await sandbox.setMaintenance(CARS.Lince, current);
  await sandbox.advanceClock(3_700);
  await page.reload();
  await expect(history.first()).toHaveText("Recuperada: todo al día");
  await expect(history.nth(1)).toHaveText(/^Perdida: pendiente climatización/);
  await expectGoodPage(page);
  await page.goto("/expediente");
  await expect(page.locator("main")).toContainText(/perdió la garantía/);
  await expect(page.locator("main")).toContainText(/volvió a tener garantía/);
  await sandbox.mailTo("cliente@demo.caas.example", /vuelve a tener garantía$/);
});

test("a little behind is a warning, and the order goes through", { tag: "@ends" }, async ({ page }) => {
  await signIn(page, "customer");
  // Lucía's second car is a little behind with its brakes.
  await openOrder(page, { slug: "crucero-adaptativo", offer: "Elegir 30 días", car: "Alcor" });
  await expect(page.getByText(/frenos está al 62\s%/)).toBeVisible();
  await expectGoodPage(page);
  await payWith(page, "4242");
  for (const box of await page.locator("#pedido").getByRole("checkbox").all()) await box.check();
  await orderButton(page).click();
  await expect(page).toHaveURL(/\/expediente\/activaciones\//);
  await expect(instrument(page).headline).toHaveText(/^Activo hasta el/);
});

test.describe("in English", () => {
  test.use({ locale: "en-GB" });

  test("the car's page is readable and completes itself", async ({ page, sandbox }) => {
    await sandbox.advanceClock(3_700);
    // Accounts read Spanish until they choose.
    await signIn(page, "secondCustomer");
    await page.goto("/expediente");
    await page.getByRole("button", { name: "English" }).click();
    await page.getByRole("link", { name: "Maintenance and warranty" }).click();
    await expect(page.getByRole("heading", { name: "Maintenance by block" })).toBeVisible();
    await expect(page.getByText(/^As the workshops had it on/)).toBeVisible();
    if (scripted()) await expect(page.locator("html")).toHaveAttribute("data-islands", "ready");
    await expectGoodPage(page);
  });
});

// The last one: after an outage the workshops are asked one question at a time until some are answered, and the others wait.
test("while the workshops are silent the rest is sold to who agrees to it", { tag: "@ends" }, async ({ page, sandbox }) => {
  await sandbox.setFault({ system: "VSS", fault: { kind: "OUTAGE" } });
  await sandbox.advanceClock(3_700);
  await signIn(page, "customer");
  await page.goto("/catalogo/suspension-confort");
  await chooseCar(page, "Lince");
  // Three tries, some seconds apart.
  await expect(page.getByText("Sin comprobar").first()).toBeVisible({ timeout: 30_000 });
  await page.getByRole("link", { name: "Elegir 30 días" }).click();
  await payWith(page, "4242");
  const boxes = page.locator("#pedido").getByRole("checkbox");
  await expect(boxes).toHaveCount(3);
  await boxes.nth(0).check();
  await boxes.nth(1).check();
  await orderButton(page).click();
  await expect(page.getByText("Falta algo para poder pedirlo")).toBeVisible();
  await expectGoodPage(page);
  await boxes.nth(2).check();
  await orderButton(page).click();
  await expect(page).toHaveURL(/\/expediente\/activaciones\//);

  await page.goto("/catalogo/potencia-mas-20");
  await chooseCar(page, "Lince");
  await expect(page.getByText(/este servicio afecta a la seguridad/).first()).toBeVisible({ timeout: 30_000 });
});
