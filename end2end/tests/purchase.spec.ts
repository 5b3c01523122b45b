import { CARS } from "../helpers/accounts.ts";
import { expectGoodPage } from "../helpers/page.ts";
import {
  TEST_CARDS,
  chooseCar,
  consent,
  enterCard,
  instrument,
  markDocument,
  openOrder,
  order,
  orderButton,
  payWith,
  scripted,
} from "../helpers/purchase.ts";
import { signIn } from "../helpers/session.ts";
import { expect, test } from "../helpers/test.ts";

test("from the catalogue to a service that is active and paid", async ({ page, sandbox }) => {
  await sandbox.carsConfirmAfter(2_500);
  await signIn(page, "customer");
  await page.goto("/catalogo");
  await page.getByRole("link", { name: "Asientos calefactados" }).click();
  await chooseCar(page, "Lince");
  await page.getByRole("link", { name: "Elegir 30 días" }).click();

  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Pedir Asientos calefactados");
  await expect(page.locator(".summary")).toContainText("9,90 €");
  await expectGoodPage(page);
  await payWith(page, "4242");
  await consent(page);
  await page.getByRole("button", { name: "Pedido con obligación de pago", exact: true }).click();
  await expect(page).toHaveURL(/\/expediente\/activaciones\//);

  const { headline, amount, amountLabel, money, entries } = instrument(page);
  if (scripted()) {
    const isSameDocument = await markDocument(page);
    await expect(amountLabel).toHaveText("Retenido, no cobrado");
    await expectGoodPage(page);
    await expect(headline).toHaveText(/^Activo hasta el/);
    await isSameDocument();
  } else {
    await expect(headline).toHaveText(/^Activo hasta el/);
  }
  await expect(amountLabel).toHaveText("Cobrado");
  await expect(amount).toHaveText("9,90 €");
  await expect(money).toContainText("después de la confirmación de tu coche");
  await expect(entries).toContainText(["Pedido", "Retenidos 9,90 €", "tu coche lo ha confirmado", "Cobrados 9,90 €"]);
  await expectGoodPage(page);
  expect(await sandbox.servicesOf(CARS.Lince)).toContain("SEAT_HEATING");
  await sandbox.mailTo("cliente@demo.caas.example", /^Asientos calefactados ya funciona/);

  await page.goto("/expediente");
  await expect(page.locator(".line", { hasText: "Asientos calefactados" })).toContainText("Activo");
  await expect(page.getByRole("row", { name: /Asientos calefactados/ })).toContainText("Cobrado");
  await expectGoodPage(page);

  await page.goto("/catalogo/asientos-calefactados");
  await chooseCar(page, "Lince");
  await expect(page.getByText(/Tu coche lo tiene activo hasta el/)).toBeVisible();
});

test("nothing is ordered without the two consents, and what was chosen stays", async ({ page, sandbox }) => {
  await signIn(page, "customer");
  await openOrder(page, { slug: "luz-de-bienvenida", offer: "Elegir 30 días", car: "Alcor" });
  const payments = (await sandbox.payments()).length;
  await page.locator("#pedido").getByRole("checkbox").first().check();
  await orderButton(page).click();
  await expect(page).toHaveURL(/\/comprar\//);
  await expect(page.getByText("Falta algo para poder pedirlo")).toBeVisible();
  const boxes = page.locator("#pedido").getByRole("checkbox");
  await expect(boxes.first()).toBeChecked();
  await expect(boxes.last()).not.toBeChecked();
  await expect(boxes.last()).toHaveAttribute("aria-invalid", "true");
  await expectGoodPage(page);
  expect((await sandbox.payments()).length).toBe(payments);
});

test("two clicks, or the way back and another click, are one order", { tag: "@ends" }, async ({ page, sandbox }) => {
  await signIn(page, "customer");
  await openOrder(page, { slug: "luz-de-bienvenida", offer: "Elegir 30 días", car: "Lince" });
  await payWith(page, "4242");
  const payments = (await sandbox.payments()).length;
  await consent(page);
  const form = page.url();
  const key = await page.locator('input[name="key"]').inputValue();
  await orderButton(page).dblclick();
  await expect(page).toHaveURL(/\/expediente\/activaciones\//);
  const address = new URL(page.url()).pathname;
  await expect(instrument(page).headline).toHaveText(/^Activo hasta el/);

  // The same form once more, as a browser sends it when somebody goes back and confirms sending it again.
  const again = await page.request.post("/api/comprar", {
    headers: { origin: new URL(form).origin, accept: "text/html" },
    form: {
      key,
      offer: new URL(form).pathname.split("/").pop()!,
      vehicle: new URL(form).searchParams.get("coche")!,
      price: "490",
      currency: "EUR",
      method: "",
      start_now: "true",
      withdrawal: "true",
    },
  });
  expect(new URL(again.url()).pathname).toBe(address);
  expect((await sandbox.payments()).length).toBe(payments + 1);
});

test("a card is added on the bank's own page, from the middle of an order", async ({ page, app }) => {
  await signIn(page, "customer");
  await openOrder(page, { slug: "navegacion-en-vivo", offer: "Elegir 1 año", car: "Lince" });
  await page.getByRole("button", { name: "Añadir otra tarjeta" }).click();
  await expect(page).toHaveURL(/\/hosted\/setup\//);
  expect(new URL(page.url()).origin).not.toBe(app.url);
  await expectGoodPage(page);
  await page.getByRole("button", { name: "Cancelar y volver" }).click();
  await expect(page).toHaveURL(/\/comprar\//);
  await expect(page.getByText("No se ha añadido ningún método de pago")).toBeVisible();

  await page.getByRole("button", { name: "Añadir otra tarjeta" }).click();
  await enterCard(page, TEST_CARDS.goodMastercard);
  await expect(page).toHaveURL(/\/comprar\//);
  await expect(page.getByText("Método de pago añadido")).toBeVisible();
  await expect(page.getByRole("radio", { name: /Mastercard.*4444/ })).toBeVisible();
});

test("cards are listed, preferred and removed", async ({ page }) => {
  await signIn(page, "customer");
  await page.goto("/cuenta/metodos-de-pago");
  const before = await page.locator("li.card").count();
  await page.getByRole("button", { name: "Añadir tarjeta" }).click();
  await enterCard(page, TEST_CARDS.insufficientFunds);
  await expect(page).toHaveURL(/\/cuenta\/metodos-de-pago$/);
  await expect(page.locator("li.card")).toHaveCount(before + 1);
  await expectGoodPage(page);

  // What was added last is proposed first.
  const added = page.locator("li.card", { hasText: "9995" }).first();
  await expect(added).toContainText("Predeterminado");
  const usual = page.locator("li.card", { hasText: "4242" }).first();
  await usual.getByRole("button", { name: /^Usar por defecto/ }).click();
  await expect(usual).toContainText("Predeterminado");

  await added.getByText("Quitar", { exact: true }).click();
  await page.getByRole("button", { name: "Sí, quitar" }).and(page.locator(":visible")).click();
  await expect(page.getByText("Método de pago quitado")).toBeVisible();
  await expect(page.locator("li.card")).toHaveCount(before);
});

test("a declined card costs nothing, and another one is tried at once", async ({ page, sandbox }) => {
  await signIn(page, "customer");
  await openOrder(page, { slug: "masaje-delantero", offer: "Elegir 30 días", car: "Lince" });
  await page.getByRole("button", { name: "Añadir otra tarjeta" }).click();
  await enterCard(page, TEST_CARDS.insufficientFunds);
  await payWith(page, "9995");
  await consent(page);
  await orderButton(page).click();
  const { headline, amount, money } = instrument(page);
  await expect(headline).toHaveText("Tu banco no ha aceptado el pago");
  await expect(amount).toHaveText("0,00 €");
  await expect(money).toContainText("No se te ha cobrado nada");
  await expectGoodPage(page);
  expect(await sandbox.servicesOf(CARS.Lince)).not.toContain("SEAT_MASSAGE");
  await sandbox.mailTo("cliente@demo.caas.example", /^El pago de Masaje delantero no se ha aceptado/);

  await page.getByRole("link", { name: "Probar de nuevo" }).click();
  await payWith(page, "4242");
  await consent(page);
  await orderButton(page).click();
  await expect(headline).toHaveText(/^Activo hasta el/);
});

test("a payment that the bank wants confirmed goes on by itself afterwards", async ({ page }) => {
  await signIn(page, "customer");
  await openOrder(page, { slug: "sonido-de-estudio", offer: "Elegir 30 días", car: "Lince" });
  await page.getByRole("button", { name: "Añadir otra tarjeta" }).click();
  await enterCard(page, TEST_CARDS.needsAuthentication);
  await payWith(page, "3184");
  await consent(page);
  await orderButton(page).click();
  const { headline, amount } = instrument(page);
  await expect(headline).toHaveText("Tu banco te pide que confirmes el pago");
  await page.goto("/expediente");
  await expect(page.getByText(/^Tu banco pide que confirmes 7,90\s€/).first()).toBeVisible();
  await expectGoodPage(page);
  await page.getByRole("link", { name: "Confirmar el pago" }).click();

  await page.getByRole("link", { name: "Confirmar con el banco" }).click();
  await expect(page).toHaveURL(/\/hosted\/authenticate\//);
  await expectGoodPage(page);
  await page.getByRole("button", { name: "Confirmar" }).click();
  await expect(page).toHaveURL(/\/expediente\/activaciones\//);
  await expect(headline).toHaveText(/^Activo hasta el/);
  await expect(amount).toHaveText("7,90 €");
});

test("a subscription holds and charges nothing today", { tag: "@ends" }, async ({ page, sandbox }) => {
  await signIn(page, "customer");
  const payments = (await sandbox.payments()).length;
  await order(page, { slug: "navegacion-en-vivo", offer: "Elegir suscripción", car: "Alcor" });
  const { headline, money } = instrument(page);
  await expect(headline).toHaveText("Activo: tu coche lo ha confirmado");
  await expect(money).toContainText("Hoy no se cobra nada");
  expect((await sandbox.payments()).length).toBe(payments);
  await expectGoodPage(page);
});

test.describe("in English", () => {
  test.use({ locale: "en-GB" });

  test("the whole path", async ({ page, sandbox }) => {
    await page.goto("/catalogo/asientos-calefactados");
    await expect(page.locator("html")).toHaveAttribute("lang", "en");
    // The language of the account counts once somebody has signed in.
    await signIn(page, "secondCustomer");
    await page.goto("/catalogo/sonido-de-estudio");
    await page.getByRole("button", { name: "English" }).click();
    try {
      await expect(page.getByRole("heading", { name: "What happens when you order" })).toBeVisible();
      await page.getByRole("link", { name: "Choose 30 days" }).click();
      await consent(page);
      await expectGoodPage(page);
      await page.getByRole("button", { name: "Order with obligation to pay", exact: true }).click();
      const { headline, amount, amountLabel } = instrument(page);
      await expect(headline).toHaveText(/^Active until/);
      await expect(amountLabel).toHaveText("Charged");
      await expect(amount).toHaveText("€7.90");
      await expectGoodPage(page);
      await sandbox.mailTo("cliente2@demo.caas.example", / is on in your car$/);
      await page.goto("/expediente");
      await expect(page.locator(".line").first()).toContainText("Active");
      await expectGoodPage(page);
    } finally {
      await page.goto("/");
      await page.getByRole("button", { name: "Español" }).click();
    }
  });
});
