/** What goes wrong between the car and us, seen by the customer. Each test has its own service and car. */
import { CARS } from "../helpers/accounts.ts";
import { expectGoodPage } from "../helpers/page.ts";
import { instrument, markDocument, order, scripted } from "../helpers/purchase.ts";
import { signIn } from "../helpers/session.ts";
import { expect, test } from "../helpers/test.ts";

const CUSTOMER = "cliente@demo.caas.example";

test("a car that refuses for good: no charge, the hold reversed, a mail and a support case", async ({ page, sandbox }) => {
  await signIn(page, "customer");
  await page.goto("/sandbox");
  await page.getByRole("button", { name: "El coche rechaza el servicio (fallo de módulo)" }).click();
  await expect(page.getByRole("button", { name: /^El coche rechaza el servicio/ })).toHaveAttribute("aria-pressed", "true");
  await order(page, { slug: "asientos-calefactados", offer: "Elegir 30 días", car: "Alcor" });

  const { headline, amount, amountLabel, money, entries } = instrument(page);
  await expect(headline).toHaveText(/^No se ha podido activar/);
  await expect(money).toContainText("No se te ha cobrado nada: la retención está anulada.");
  await expect(amountLabel).toHaveText("Cobrado");
  await expect(amount).toHaveText("0,00 €");
  await expect(entries.filter({ hasText: /Intento 1 de 5: sin éxito/ })).toBeVisible();
  await expect(entries.filter({ hasText: /Retención de 9,90\s€ anulada/ })).toBeVisible();
  const ticket = entries.filter({ hasText: /^Caso de soporte / });
  await expect(ticket).toContainText("Una persona lo mira y te contesta antes de 24 horas.");
  const number = /Caso de soporte (\S+)/.exec(await ticket.innerText())![1]!;
  await expectGoodPage(page);

  const told = await sandbox.mailTo(CUSTOMER, /^No hemos podido activar Asientos calefactados: no se te ha cobrado/);
  expect(told.text).toContain("la retención de 9,90");
  await sandbox.mailTo(CUSTOMER, new RegExp(`^Caso ${number}.*Asientos calefactados`));
  expect(await sandbox.servicesOf(CARS.Alcor)).not.toContain("SEAT_HEATING");

  await page.goto("/expediente");
  await expect(page.getByText("Asientos calefactados: lo está mirando nuestro equipo técnico").first()).toBeVisible();
  await expectGoodPage(page);
  await page.goto("/sandbox/banco");
  await expect(page.getByRole("row").nth(1)).toContainText("0,00 €");
});

test("a car that is offline: the reason, the next attempt, and then it is on", async ({ page, sandbox }) => {
  await signIn(page, "customer");
  await sandbox.patchVehicle(CARS.Alcor, { connectivity: "OFFLINE" });
  await order(page, { slug: "luz-de-bienvenida", offer: "Elegir 30 días", car: "Alcor" });
  const { headline, amountLabel, amount, countdown, entries } = instrument(page);
  await expect(headline).toHaveText("Lo intentaremos de nuevo: intento 2 de 5");
  const first = entries.filter({ hasText: "Intento 1 de 5: sin éxito" });
  await expect(first).toContainText("No se le envió ninguna orden.");
  await expect(countdown).toHaveText(/^(1:00|0:\d\d)$/);
  await expect(amountLabel).toHaveText("Retenido, no cobrado");
  await expect(amount).toHaveText("4,90 €");
  if (scripted()) {
    const shown = await countdown.innerText();
    const isSameDocument = await markDocument(page);
    await expect(countdown).not.toHaveText(shown);
    await expectGoodPage(page);
    await sandbox.patchVehicle(CARS.Alcor, { connectivity: "ONLINE" });
    await sandbox.advanceClock(61);
    await expect(headline).toHaveText(/^Activo hasta el/);
    await isSameDocument();
  } else {
    await sandbox.patchVehicle(CARS.Alcor, { connectivity: "ONLINE" });
    await sandbox.advanceClock(61);
    await expect(headline).toHaveText(/^Activo hasta el/);
  }
  await expect(entries.filter({ hasText: "Intento 2 de 5: tu coche lo ha confirmado" })).toBeVisible();
  await expect(amount).toHaveText("4,90 €");
});

test("all attempts fail: the story names each, and nothing is charged", { tag: "@ends" }, async ({ page, sandbox }) => {
  await signIn(page, "customer");
  await sandbox.patchVehicle(CARS.Alcor, { operation: "DRIVING" });
  await order(page, { slug: "sonido-de-estudio", offer: "Elegir 30 días", car: "Alcor" });
  const { headline, amount, entries } = instrument(page);
  for (const [next, wait] of [[2, 60], [3, 120], [4, 240], [5, 480]] as const) {
    await expect(headline).toHaveText(`Lo intentaremos de nuevo: intento ${next} de 5`);
    await sandbox.advanceClock(wait + 1);
  }
  await expect(headline).toHaveText(/^No se ha podido activar/);
  await expect(amount).toHaveText("0,00 €");
  await expect(entries.filter({ hasText: /Intento \d de 5: sin éxito/ })).toHaveCount(5);
  await expect(entries.filter({ hasText: /Retención de 7,90\s€ anulada/ })).toBeVisible();
  await expectGoodPage(page);
});

test("an order that waits is cancelled, and the hold is released", async ({ page, sandbox }) => {
  await signIn(page, "customer");
  await sandbox.patchVehicle(CARS.Alcor, { connectivity: "OFFLINE" });
  await order(page, { slug: "masaje-delantero", offer: "Elegir 30 días", car: "Alcor" });
  const { headline, amount, money } = instrument(page);
  await expect(headline).toHaveText(/^Lo intentaremos de nuevo/);
  // Without scripts the question stands on a page that does not load itself again.
  await page.getByText("Cancelar el pedido", { exact: true }).click();
  await page.getByRole("button", { name: "Sí, cancelar el pedido" }).click();
  await expect(page.getByText("Pedido cancelado. No se te ha cobrado nada.")).toBeVisible();
  await expect(headline).toHaveText("Pedido cancelado");
  await expect(amount).toHaveText("0,00 €");
  await expect(money).toContainText("la retención está anulada");
  await expectGoodPage(page);
  await sandbox.mailTo(CUSTOMER, /^Has cancelado Masaje delantero/);
  await sandbox.patchVehicle(CARS.Alcor, { connectivity: "ONLINE" });
  await sandbox.advanceClock(120);
  expect(await sandbox.servicesOf(CARS.Alcor)).not.toContain("SEAT_MASSAGE");
});

test("API IoT is down: the order keeps its place and is told as delayed", { tag: "@ends" }, async ({ page, sandbox }) => {
  await signIn(page, "customer");
  await sandbox.setFault({ system: "IOT", fault: { kind: "OUTAGE" } });
  await order(page, { slug: "vigilancia", offer: "Elegir suscripción", car: "Alcor" });
  const { headline } = instrument(page);
  await expect(headline).toHaveText(/^(Lo intentaremos de nuevo|Retrasado)/);
  await expectGoodPage(page);
});

test("the bank is down: nothing is charged twice, and it goes on when it is back", { tag: "@ends" }, async ({ page, sandbox }) => {
  await signIn(page, "customer");
  await sandbox.setFault({ system: "GATEWAY", operation: "INITIATE_PAYMENT", fault: { kind: "LOST_ANSWER" }, times: 1 });
  const before = (await sandbox.payments()).length;
  await order(page, { slug: "vigilancia", offer: "Elegir 1 año", car: "Lince" });
  const { headline, amount } = instrument(page);
  for (let step = 0; step < 6 && !/^Activo/.test(await headline.innerText()); step++) {
    await sandbox.advanceClock(30);
    await headline.filter({ hasText: /^Activo/ }).waitFor({ timeout: 2_500 }).catch(() => undefined);
  }
  await expect(headline).toHaveText(/^Activo hasta el/);
  await expect(amount).toHaveText("69,00 €");
  expect((await sandbox.payments()).length).toBe(before + 1);
});
