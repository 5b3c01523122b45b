/** How one is reached: preferences, and the service worker that stands behind push messages. */
import { expectGoodPage } from "../helpers/page.ts";
import { signIn } from "../helpers/session.ts";
import { expect, test } from "../helpers/test.ts";

test("a customer chooses what to receive, and what is essential says that it always comes", async ({ page }) => {
  await signIn(page, "customer");
  await page.goto("/cuenta/avisos");
  const order = page.getByRole("group", { name: "Tu pedido" });
  await expect(order.getByText("Lo imprescindible llega siempre por")).toBeVisible();
  const mail = order.getByRole("checkbox", { name: "Correo" });
  await expect(mail).toBeChecked();
  await mail.uncheck();
  await page.getByRole("group", { name: "Cuando algo falla" }).getByRole("checkbox", { name: "SMS" }).check();
  await page.getByRole("button", { name: "Guardar" }).click();
  await expect(page.getByText("Guardado.")).toBeVisible();
  await expect(page.getByRole("group", { name: "Tu pedido" }).getByRole("checkbox", { name: "Correo" })).not.toBeChecked();
  await expect(page.getByRole("group", { name: "Cuando algo falla" }).getByRole("checkbox", { name: "SMS" })).toBeChecked();
  await expectGoodPage(page);
});

test("without a connection the service worker says so", { tag: "@js" }, async ({ page, context, watcher }) => {
  watcher.allow(/ERR_INTERNET_DISCONNECTED|ERR_FAILED/);
  await signIn(page, "customer");
  await page.goto("/cuenta/avisos");
  await page.evaluate(async () => {
    await navigator.serviceWorker.register("/service-worker.js");
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller) {
      await new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done, { once: true }));
    }
  });
  await context.setOffline(true);
  await page.goto("/expediente");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sin conexión");
  await context.setOffline(false);
  await page.goto("/expediente");
  await expect(page.getByRole("heading", { level: 1 })).not.toHaveText("Sin conexión");
});
