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
  for (const path of ["/concesionario", "/soporte", "/operaciones", "/admin"]) {
    expect((await page.goto(path))?.status(), path).toBe(404);
  }
  await page.context().clearCookies();
  for (const path of ["/expediente", "/cuenta", "/cuenta/metodos-de-pago", "/notificaciones"]) {
    await page.goto(path);
    await expect(page, path).toHaveURL(/\/entrar\?siguiente=/);
  }
});
