/**
 * Selling a car through the browser: the ten stories in which most is at stake. Months pass, so these tests have an app of
 * their own.
 */
import { PASSWORD } from "../helpers/accounts.ts";
import { expectGoodPage } from "../helpers/page.ts";
import {
  BUYER,
  acceptInvitation,
  bringPapers,
  changeTo,
  draftSale,
  letDaysPass,
  openOrder,
  pay,
  register,
  sell,
  untilSays,
} from "../helpers/sale.ts";
import { signIn } from "../helpers/session.ts";
import { expect, testWithOwnApp } from "../helpers/test.ts";

const test = testWithOwnApp();
// The demo as it begins: an app in which no time has passed.
const demo = testWithOwnApp();
test.describe.configure({ timeout: 180_000 });

const tag = { tag: "@ends" };

test("a car is built, paid, registered and brought home", tag, async ({ page, sandbox }) => {
  const email = `noa.${test.info().project.name}@nueva.example`;
  const id = await sell(page, { email });
  await expectGoodPage(page);
  await acceptInvitation(page, sandbox, email);
  await openOrder(page, id, email);
  await expect(page.locator("main")).toContainText(/Paga la señal de/);
  await expectGoodPage(page);

  // A first payment method, on the bank's own page.
  await page.goto(`/expediente/pedidos/${id}/senal`);
  await page.getByRole("button", { name: /tarjeta|método/ }).first().click();
  await expect(page).toHaveURL(/\/hosted\/setup\//);
  await page.locator("#number").fill("4242 4242 4242 4242");
  await page.locator('button[value="complete"]').click();
  await expect(page).toHaveURL(/\/senal/);
  await expectGoodPage(page);
  await pay(page, id, "senal");
  await untilSays(page, /La fábrica tiene tu pedido/);

  await letDaysPass(page, sandbox, 30);
  await openOrder(page, id, email);
  await untilSays(page, /Haz el pago final de/);
  await expectGoodPage(page);
  await pay(page, id, "pago-final");
  await untilSays(page, /Sube los documentos/);
  await bringPapers(page, id);

  await changeTo(page, "dealer");
  await page.goto(`/concesionario/pedidos/${id}`);
  await bringDealersPapers(page, id);
  await page.goto(`/concesionario/pedidos/${id}/entrega`);
  await untilSays(page, /Comprobaciones/);
  await tickOff(page, id);
  await expectGoodPage(page);
  await letDaysPass(page, sandbox, 5);
  await openOrder(page, id, email);
  await untilSays(page, /El coche es tuyo y está en tus manos/);
  await expectGoodPage(page);
  await page.goto(`/expediente/pedidos/${id}/vinculo`);
  await expectGoodPage(page);
});

test("nobody is at home: the car goes back and is picked up", tag, async ({ page, sandbox }) => {
  const id = await paidAndRegistered(page, sandbox, {
    before: () => sandbox.setFault({ system: "TRANSPORT", fault: { kind: "CUSTOMER_ABSENT", returned: true }, times: 1 }),
  });
  await letDaysPass(page, sandbox, 5);
  await openOrder(page, id);
  await untilSays(page, /te espera en el concesionario/);
  await sandbox.mailTo(BUYER, /te espera en el concesionario/);
  await page.goto(`/expediente/pedidos/${id}/recogida`);
  await expectGoodPage(page);
  await page.locator('input[name="at"]').first().check({ force: true });
  await page.getByRole("button", { name: "Reservar la cita" }).click();
  await untilSays(page, /Cambiar la cita/);

  await changeTo(page, "dealer");
  await page.goto(`/concesionario/pedidos/${id}/entrega`);
  await page.locator('[name="last_four"]').fill("678Z");
  await page.getByRole("button", { name: "Anotar la identidad" }).click();
  await page.getByRole("button", { name: "Entregar la llave" }).click();
  await expect(page.locator("main")).toContainText("Entregado");
  await expectGoodPage(page);
});

test("the final payment is declined: the car is stock at once and the señal is kept", tag, async ({ page, sandbox }) => {
  const id = await waitingForTheRest(page, sandbox);
  await page.goto(`/expediente/pedidos/${id}/pago-final`);
  await expect(page.locator("main")).toContainText(/Si lo rechaza/);
  await expectGoodPage(page);
  await sandbox.setFault({ system: "GATEWAY", operation: "INITIATE_PAYMENT", fault: { kind: "DECLINE", reason: "DO_NOT_HONOR" }, times: 1 });
  await pay(page, id, "pago-final");
  await untilSays(page, /El pedido se canceló porque el pago final no se hizo/);
  await expectGoodPage(page);
  await page.goto(`/expediente/pedidos/${id}/pago-final`);
  await expect(page).toHaveURL(new RegExp(`/pedidos/${id}$`));
});

test("the date of the final payment passes", tag, async ({ page, sandbox }) => {
  const id = await waitingForTheRest(page, sandbox);
  await letDaysPass(page, sandbox, 8);
  await openOrder(page, id);
  await untilSays(page, /El pedido se canceló porque el pago final no se hizo/);
  await changeTo(page, "dealer");
  await page.goto("/concesionario/existencias");
  await expect(page.locator("main")).toContainText(/[Ss]in asignar/);
  await expectGoodPage(page);
});

test("the factory is down for ten tries, and people order by phone", tag, async ({ page, sandbox }) => {
  const id = await sell(page);
  await sandbox.setFault({ system: "FACTORY", fault: { kind: "OUTAGE" } });
  await openOrder(page, id);
  await pay(page, id, "senal");
  // Backoff and the breaker's rests: two days are more than all of them.
  await page.goto("about:blank");
  for (let hour = 0; hour < 48; hour += 1) {
    await sandbox.advanceClock(3600);
    await new Promise((done) => setTimeout(done, 120));
  }
  await changeTo(page, "operations");
  await page.goto(`/operaciones/fabrica`);
  await expectGoodPage(page);
  await page.goto(`/operaciones/fabrica/${id}`);
  await untilSays(page, /Espera a una persona/);
  await expectGoodPage(page);
  await page.getByText("Ya está pedido por teléfono").first().click();
  await page.locator('[name="factory_order"]').fill(`TEL-${test.info().project.name}`);
  await page.getByRole("button", { name: "Marcar como pedido" }).click();
  await openOrder(page, id);
  await untilSays(page, /La fábrica tiene tu pedido/);
});

test("the factory's answer is lost: one order there in the end", tag, async ({ page, sandbox }) => {
  const id = await sell(page);
  await sandbox.setFault({ system: "FACTORY", operation: "PLACE_ORDER", fault: { kind: "LOST_ANSWER" }, times: 1 });
  await openOrder(page, id);
  await pay(page, id, "senal");
  await page.goto("about:blank");
  await sandbox.advanceClock(3600);
  await openOrder(page, id);
  await untilSays(page, /La fábrica tiene tu pedido/);
  expect((await sandbox.factoryOrders()).filter((order) => order.orderReference === id)).toHaveLength(1);
});

test("the factory rejects the order: everything goes back", tag, async ({ page, sandbox }) => {
  const id = await sell(page);
  await sandbox.setFault({ system: "FACTORY", fault: { kind: "REJECT_ORDER", reason: "no more blue" }, times: 1 });
  await openOrder(page, id);
  await pay(page, id, "senal");
  await untilSays(page, /El pedido se canceló porque el coche no se va a fabricar/);
  await untilSays(page, /[Dd]evuel/);
  await expectGoodPage(page);
});

test("quality control sends it back, and messages come in the wrong order", tag, async ({ page, sandbox }) => {
  const id = await sell(page);
  await sandbox.setFault({ system: "FACTORY", fault: { kind: "QUALITY_FAILURE" }, times: 1 });
  await sandbox.setFault({ system: "FACTORY", fault: { kind: "MIXED_CALLBACKS" }, times: 1 });
  await openOrder(page, id);
  await pay(page, id, "senal");
  await untilSays(page, /La fábrica tiene tu pedido/);
  await letDaysPass(page, sandbox, 29);
  await openOrder(page, id);
  await untilSays(page, /Haz el pago final de/);
  await expectGoodPage(page);
});

test("a paper is missing for the registration", tag, async ({ page, sandbox }) => {
  const id = await waitingForTheRest(page, sandbox);
  await pay(page, id, "pago-final");
  await untilSays(page, /Sube los documentos/);
  await page.goto(`/expediente/pedidos/${id}/documentos`);
  await expectGoodPage(page);
  const upload = page.locator('form:has(input[type="file"])').first();
  await upload.locator('input[type="file"]').setInputFiles({ name: "notas.txt", mimeType: "text/plain", buffer: Buffer.from("hola") });
  await upload.locator("button").click();
  await expect(page.locator("main")).toContainText(/No hemos podido guardar/);
  await expectGoodPage(page);
  // The customer's own data: what is wrong stands at its field, and what is right is kept.
  await page.getByText("Corregir estos datos").click();
  await page.locator("#corregir-postal_code").fill("9");
  await page.getByRole("button", { name: "Guardar los datos" }).click();
  await expect(page.locator("#corregir-postal_code-error")).toBeVisible();
  await expectGoodPage(page);
  await page.locator("#corregir-postal_code").fill("28014");
  await page.getByRole("button", { name: "Guardar los datos" }).click();
  await expect(page.locator("main")).toContainText("28014");
  // A car that was to be brought can be picked up instead, and the other way round.
  await page.goto(`/expediente/pedidos/${id}`);
  await page.getByRole("button", { name: "Prefiero recogerlo en el concesionario" }).click();
  await expect(page.locator("main")).toContainText("Lo recoges en el concesionario");
  await expectGoodPage(page);
  await page.getByRole("button", { name: "Prefiero que me lo llevéis a casa" }).click();
  await bringPapers(page, id);
  await changeTo(page, "dealer");
  await bringDealersPapers(page, id);
  await page.goto(`/concesionario/pedidos/${id}`);
  await expectGoodPage(page);
  await openOrder(page, id);
  await untilSays(page, /matriculado|Te llevamos el coche/);
});

test("two salespeople take the same car", tag, async ({ page, browser, baseURL, app }) => {
  void app;
  const vin = test.info().project.name === "desktop-js" ? "VSSZZZLNCTR000501" : "VSSZZZLNCTR000502";
  await signIn(page, "dealer");
  await draftSale(page, { stock: vin });
  const other = await browser.newContext({ baseURL });
  const second = await other.newPage();
  await signIn(second, "dealer");
  await draftSale(second, { stock: vin });
  await Promise.all([register(page), register(second)]);
  await expect
    .poll(() => [page, second].filter((one) => /\/registrada$/.test(one.url())).length, { timeout: 15_000 })
    .toBe(1);
  const loser = /\/registrada$/.test(page.url()) ? second : page;
  await expect(loser.locator("main")).toContainText(/ya no está disponible/);
  await other.close();
});

demo("the demo's buyers show a car in each stage", async ({ page }) => {
  const stages: [string, RegExp][] = [
    ["carmen", /El coche es tuyo y está en tus manos/],
    ["hugo", /Haz el pago final de/],
    ["sofia", /Tu coche se está fabricando/],
    ["jorge", /Recoges tu coche el/],
    ["ines", /Sube los documentos/],
    ["pablo", /El pedido se canceló porque el pago final no se hizo/],
  ];
  for (const [name, says] of stages) {
    await page.context().clearCookies();
    await signIn(page, { email: `${name}@demo.caas.example`, password: PASSWORD });
    await page.goto("/expediente");
    await page.locator('main a[href^="/expediente/pedidos/"]').first().click();
    await page.goto(page.url().replace(/(pedidos\/[0-9a-f-]{36}).*/, "$1"));
    await expect(page.locator("main")).toContainText(says);
    await expectGoodPage(page);
  }
});

type Sandboxed = Parameters<Parameters<typeof test>[2]>[0]["sandbox"];
type Paged = Parameters<Parameters<typeof test>[2]>[0]["page"];

/** A car that has arrived, its customer signed in. */
async function waitingForTheRest(page: Paged, sandbox: Sandboxed): Promise<string> {
  const id = await sell(page);
  await openOrder(page, id);
  await pay(page, id, "senal");
  await untilSays(page, /La fábrica tiene tu pedido/);
  await letDaysPass(page, sandbox, 30);
  await openOrder(page, id);
  await untilSays(page, /Haz el pago final de/);
  return id;
}

/** A car that is paid and has its plate. */
async function paidAndRegistered(page: Paged, sandbox: Sandboxed, { before }: { before: () => Promise<void> }): Promise<string> {
  const id = await waitingForTheRest(page, sandbox);
  await before();
  await pay(page, id, "pago-final");
  await bringPapers(page, id);
  await changeTo(page, "dealer");
  await bringDealersPapers(page, id);
  await tickOff(page, id);
  return id;
}

/** The dealership's own papers, on the order's page. */
async function bringDealersPapers(page: Paged, id: string) {
  await page.goto(`/concesionario/pedidos/${id}`);
  const forms = page.locator('form:has(input[type="file"])');
  for (let tries = 0; tries < 12 && (await forms.count()) > 0; tries += 1) {
    const form = forms.first();
    await form.locator('input[type="file"]').setInputFiles({
      name: "papel.pdf",
      mimeType: "application/pdf",
      buffer: Buffer.from("%PDF-1.7 papel"),
    });
    await form.locator("button").first().click();
    await page.goto(`/concesionario/pedidos/${id}`);
  }
}

/** The checklist of the hand-over, item by item. */
async function tickOff(page: Paged, id: string) {
  await expect(async () => {
    await page.goto(`/concesionario/pedidos/${id}/entrega`);
    await expect(page.locator('button[name="done"][value="true"]').first()).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 25_000 });
  const open = page.locator('button[name="done"][value="true"]');
  while ((await open.count()) > 0) {
    const before = await open.count();
    await open.first().click();
    await expect(open).toHaveCount(before - 1);
  }
}
