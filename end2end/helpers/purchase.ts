/** Buying a service, as a customer does it. */
import { expect, test, type Locator, type Page } from "@playwright/test";

/** What to buy. No two tests buy the same service for the same car: it has room for each once, and tests share an app. */
export type Wish = {
  /** The service's address. */
  slug: string;
  /** What the offer's button says. */
  offer: string;
  /** The car, by its model's name; without it, the customer's first one. */
  car?: "Lince" | "Alcor";
};

/** Whether scripts run in this project. */
export function scripted(): boolean {
  return test.info().project.use.javaScriptEnabled !== false;
}

/** On a service's page: which car it is for. */
export async function chooseCar(page: Page, car: string) {
  await page.locator("#ofertas").getByRole("link", { name: car }).click();
  await expect(page).toHaveURL(/coche=/);
}

/** From the service's page to the order form. */
export async function openOrder(page: Page, { slug, offer, car }: Wish) {
  await page.goto(`/catalogo/${slug}`);
  if (car) await chooseCar(page, car);
  await page.getByRole("link", { name: offer }).click();
  await expect(page).toHaveURL(/\/comprar\//);
}

/** Chooses a card by its last digits. A card that was added last stands chosen. */
export async function payWith(page: Page, last4: string) {
  await page.getByRole("radio", { name: last4 }).first().check({ force: true });
}

/** Gives the two consents. They are never given beforehand. */
export async function consent(page: Page) {
  const boxes = page.locator("#pedido").getByRole("checkbox");
  await expect(boxes).toHaveCount(2);
  for (const box of await boxes.all()) {
    await expect(box).not.toBeChecked();
    await box.check();
  }
}

/** The one button that obliges to pay, with the words of the law. */
export function orderButton(page: Page): Locator {
  return page.getByRole("button", { name: /^(Pedido con obligación de pago|Order with obligation to pay)$/ });
}

/** Orders, and stands on the page that tells how it goes. Returns its address. */
export async function order(page: Page, wish: Wish): Promise<string> {
  await openOrder(page, wish);
  await payWith(page, "4242");
  await consent(page);
  await orderButton(page).click();
  await expect(page).toHaveURL(/\/expediente\/activaciones\/[0-9a-f-]{36}$/);
  return new URL(page.url()).pathname;
}

/** What the page of an order says: in one sentence, about the money, and the story. */
export function instrument(page: Page) {
  const verdict = page.locator(".verdict");
  return {
    headline: verdict.getByRole("status"),
    amountLabel: verdict.locator(".verdict__label"),
    amount: verdict.locator(".verdict__amount"),
    money: verdict.locator(".verdict__text"),
    entries: page.locator(".timeline__entry"),
    countdown: page.getByRole("timer"),
  };
}

/** Marks the document, so that a reload would be noticed. */
export async function markDocument(page: Page): Promise<() => Promise<void>> {
  await expect(page.locator("html")).toHaveAttribute("data-islands", "ready");
  await page.evaluate(() => document.documentElement.setAttribute("data-same-document", ""));
  return () => expect(page.locator("html"), "the page was not loaded again").toHaveAttribute("data-same-document", "");
}

/** Chooses a test card on the gateway's page, where the browser stands already, and comes back. */
export async function enterCard(page: Page, number: string) {
  await expect(page).toHaveURL(/\/hosted\/setup\//);
  await page.locator("#number").fill(number);
  await page.locator('button[value="complete"]').click();
  await expect(page).not.toHaveURL(/\/hosted\//);
}

export const TEST_CARDS = {
  good: "4242 4242 4242 4242",
  goodMastercard: "5555 5555 5555 4444",
  insufficientFunds: "4000 0000 0000 9995",
  needsAuthentication: "4000 0027 6000 3184",
} as const;
