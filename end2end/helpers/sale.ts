/** Selling a car and living with it: the dealership's wizard, the customer's pages, and time that passes. */
import { expect, type Page } from "@playwright/test";
import { ACCOUNTS } from "./accounts.ts";
import { Sandbox, linkIn } from "./sandbox.ts";
import { signIn } from "./session.ts";

/** Somebody whose password no test has to choose. */
export const BUYER = ACCOUNTS.secondCustomer;

export type SaleWish = {
  email?: string;
  country?: "ES" | "GB" | "DE" | "FR";
  mode?: "HOME" | "PICK_UP";
  /** The VIN of a car of the demo's stock. */
  stock?: string;
};

const HOMES = {
  ES: { taxId: "12345678Z", postalCode: "28001" },
  FR: { taxId: "3023217600053", postalCode: "75001" },
  GB: { taxId: "AB123456C", postalCode: "SW1A 1AA" },
  DE: { taxId: "36574261809", postalCode: "10115" },
} as const;

/** Fills in a sale up to its summary, as the dealer who is signed in. Returns the order's id. */
export async function draftSale(page: Page, wish: SaleWish = {}): Promise<string> {
  const country = wish.country ?? "ES";
  await page.goto("/concesionario/ventas/nueva");
  const form = page.locator('form[action="/api/venta/cliente"]');
  await form.locator('[name="name"]').fill("Tomás Aguirre");
  await form.locator('[name="email"]').fill(wish.email ?? BUYER);
  await form.locator('[name="phone"]').fill("+34 600 000 000");
  await form.locator('[name="country"]').selectOption(country);
  await form.locator('[name="tax_id"]').fill(HOMES[country].taxId);
  await form.locator('[name="birth_date"]').fill("1980-02-29");
  await form.locator('[name="licence"]').fill("12345678");
  await form.getByRole("button", { name: "Guardar y elegir el coche" }).click();
  await expect(page).toHaveURL(/\/ventas\/[0-9a-f-]{36}\/coche/);
  const id = new URL(page.url()).pathname.split("/")[3]!;
  if (wish.stock) {
    await page.goto(`/concesionario/ventas/${id}/coche?de=existencias`);
    const car = page.locator("label", { hasText: wish.stock });
    await car.locator('input[type="radio"]').check({ force: true });
  } else {
    await page.goto(`/concesionario/ventas/${id}/coche?de=fabrica&modelo=LINCE`);
    await page.locator('input[name="colour"]').first().check({ force: true });
  }
  await page.getByRole("button", { name: "Guardar y seguir con la entrega" }).click();
  await expect(page).toHaveURL(/\/entrega$/);
  const delivery = page.locator('form[action="/api/venta/entrega"]');
  await delivery.locator(`input[name="mode"][value="${wish.mode ?? "HOME"}"]`).check({ force: true });
  await delivery.locator('[name="street"]').fill("Calle Mayor 1");
  await delivery.locator('[name="city"]').fill("Madrid");
  await delivery.locator('[name="postal_code"]').fill(HOMES[country].postalCode);
  await delivery.getByRole("button", { name: "Guardar y elegir el plan" }).click();
  await expect(page).toHaveURL(/\/plan$/);
  await page.locator(".sale-plans button").first().click();
  await expect(page).toHaveURL(/\/resumen$/);
  return id;
}

/** Registers the sale whose summary is open. */
export async function register(page: Page) {
  await page.getByRole("button", { name: /^Registrar la venta/ }).click();
}

/** A sale that waits for its señal. */
export async function sell(page: Page, wish: SaleWish = {}): Promise<string> {
  await signIn(page, "dealer");
  const id = await draftSale(page, wish);
  await register(page);
  await expect(page).toHaveURL(/\/registrada$/);
  return id;
}

/** Somebody else sits down at the browser. The page is left first: a live one would ask in nobody's name. */
export async function changeTo(page: Page, who: Parameters<typeof signIn>[1]) {
  await page.goto("about:blank");
  await page.context().clearCookies();
  await signIn(page, who);
}

/** The customer's page of an order, as its customer. */
export async function openOrder(page: Page, id: string, email: string = BUYER) {
  await changeTo(page, email === BUYER ? "secondCustomer" : { email, password: "mi perro come peras" });
  await page.goto(`/expediente/pedidos/${id}`);
}

/** Pays a part of the price on its page. The page completes itself. */
export async function pay(page: Page, id: string, part: "senal" | "pago-final") {
  await page.goto(`/expediente/pedidos/${id}/${part}`);
  await page.getByRole("button", { name: /obligación de pago/ }).click();
  await expect(page).toHaveURL(new RegExp(`/expediente/pedidos/${id}$`), { timeout: 20_000 });
}

/** Reloads a page until it says this: jobs and webhooks take a moment. */
export async function untilSays(page: Page, words: RegExp | string) {
  await expect(async () => {
    await page.reload();
    await expect(page.locator("main")).toContainText(words, { timeout: 500 });
  }).toPass({ timeout: 25_000 });
}

/** Lets days pass, one after the other: what is due on a day happens on it. The page is left: sessions end meanwhile. */
export async function letDaysPass(page: Page, sandbox: Sandbox, days: number) {
  await page.goto("about:blank");
  for (let day = 0; day < days; day += 1) {
    await sandbox.advanceClock(24 * 3600);
    await new Promise((done) => setTimeout(done, 60));
  }
}

/** Brings every paper that the customer is asked for. */
export async function bringPapers(page: Page, id: string) {
  await page.goto(`/expediente/pedidos/${id}/documentos`);
  const forms = page.locator('form:has(input[type="file"])');
  while ((await forms.count()) > 0) {
    const before = await forms.count();
    await forms.first().locator('input[type="file"]').setInputFiles({
      name: "papel.pdf",
      mimeType: "application/pdf",
      buffer: Buffer.from("%PDF-1.7 papel"),
    });
    await forms.first().locator("button").click();
    await page.goto(`/expediente/pedidos/${id}/documentos`);
    if ((await forms.count()) >= before) break;
  }
}

/** The link in the invitation, and a password behind it. */
export async function acceptInvitation(page: Page, sandbox: Sandbox, email: string) {
  const withLink = async () => (await sandbox.mailsTo(email)).find((mail) => mail.text.includes("token="));
  await expect.poll(withLink, { message: `an invitation to ${email}`, timeout: 15_000 }).toBeDefined();
  const mail = (await withLink())!;
  await page.goto("about:blank");
  await page.context().clearCookies();
  await page.goto(linkIn(mail, /token=/));
  await page.locator('input[type="password"]').first().fill("mi perro come peras");
  await page.locator('form:has(input[type="password"]) button').click();
}
