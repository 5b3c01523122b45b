import { ACCOUNTS, CARS } from "../helpers/accounts.ts";
import { expectGoodPage } from "../helpers/page.ts";
import { instrument, order } from "../helpers/purchase.ts";
import { signIn } from "../helpers/session.ts";
import { expect, test } from "../helpers/test.ts";

test("what belongs to somebody else does not exist", async ({ page, watcher, browser, app }) => {
  watcher.allow(/status of 404/);
  await signIn(page, "customer");
  const address = await order(page, { slug: "clima-programado", offer: "Elegir 90 días", car: "Lince" });
  await expect(instrument(page).headline).toHaveText(/^Activo hasta el/);

  for (const who of ["secondCustomer", "support", "dealer", "operations", "administrator"] as const) {
    const context = await browser.newContext({ baseURL: app.url });
    const others = await context.newPage();
    await signIn(others, who);
    expect((await others.goto(address))?.status(), `${who} at ${address}`).toBe(404);
    await context.close();
  }
});

test("support finds the case of a failed activation, with all there is to know", { tag: "@ends" }, async ({ page, browser, app, sandbox, watcher }) => {
  await sandbox.setFault({ system: "IOT", vin: CARS.Lince, fault: { kind: "NACK", code: "MODULE_FAULT" } });
  await signIn(page, "customer");
  await order(page, { slug: "traccion-de-invierno", offer: "Elegir 30 días", car: "Lince" });
  await expect(instrument(page).headline).toHaveText(/^No se ha podido activar/);

  const context = await browser.newContext({ baseURL: app.url });
  const desk = await context.newPage();
  watcher.watch(desk);
  await signIn(desk, "support");
  await expect(desk).toHaveURL(/\/soporte$/);
  await desk.getByRole("row", { name: /Tracción de invierno/ }).getByRole("link").first().click();
  await expect(desk).toHaveURL(/\/soporte\/.+/);
  await expect(desk.locator("main")).toContainText(CARS.Lince);
  await expect(desk.locator("main")).toContainText(ACCOUNTS.customer);
  await expect(desk.locator("main")).toContainText("MODULE_FAULT");
  await expectGoodPage(desk);
  const address = new URL(desk.url()).pathname;
  await context.close();

  watcher.allow(/status of 404/);
  expect((await page.goto(address))?.status()).toBe(404);
});

for (const [who, home] of [["dealer", "/concesionario"], ["support", "/soporte"], ["operations", "/operaciones"], ["administrator", "/admin"]] as const) {
  test(`${who} begins at the own desk, and those of others do not exist`, { tag: "@ends" }, async ({ page, watcher }) => {
    watcher.allow(/status of 404/);
    await signIn(page, who);
    await expect(page).toHaveURL(new RegExp(`${home}$`));
    for (const path of ["/concesionario", "/soporte", "/operaciones", "/admin"]) {
      // An administrator sees the desks of all dealerships.
      const seen = path === home || (who === "administrator" && path === "/concesionario");
      expect((await page.goto(path))?.status(), path).toBe(seen ? 200 : 404);
    }
  });
}

for (const who of ["dealer", "support", "operations", "administrator"] as const) {
  test(`the customer's pages do not exist for ${who}`, { tag: "@ends" }, async ({ page, watcher }) => {
    watcher.allow(/status of 404/);
    await signIn(page, who);
    for (const path of ["/expediente", "/expediente/pagos", "/expediente/servicios", "/cuenta/metodos-de-pago"]) {
      expect((await page.goto(path))?.status(), path).toBe(404);
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("Aquí no hay nada");
    }
    expect((await page.goto("/cuenta"))?.status()).toBe(200);
  });
}

test("the pages of staff do not exist for customers, nor for visitors", { tag: "@ends" }, async ({ page, watcher }) => {
  watcher.allow(/status of 404/);
  await signIn(page, "customer");
  for (const path of ["/concesionario", "/soporte", "/soporte/1", "/operaciones", "/admin"]) {
    expect((await page.goto(path))?.status(), path).toBe(404);
  }
  // The open page's live connection would be told that its session is over.
  await page.goto("about:blank");
  await page.context().clearCookies();
  for (const path of ["/expediente", "/cuenta", "/cuenta/metodos-de-pago", "/notificaciones"]) {
    await page.goto(path);
    await expect(page, path).toHaveURL(/\/entrar\?siguiente=/);
  }
});
