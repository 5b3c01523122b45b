/**
 * The desk of support in the browser: the way from a failed activation to its end with the keyboard alone, lists and cases
 * that move while somebody looks at them, and the customer's side of it. Every form also works without scripts.
 */
import { CARS } from "../helpers/accounts.ts";
import { expectGoodPage } from "../helpers/page.ts";
import { instrument, order, scripted } from "../helpers/purchase.ts";
import { signIn } from "../helpers/session.ts";
import { expect, testWithOwnApp } from "../helpers/test.ts";
import type { Browser, Page } from "@playwright/test";
import type { App } from "../helpers/app.ts";
import type { Role } from "../helpers/accounts.ts";
import type { Watcher } from "../helpers/test.ts";
import type { Sandbox } from "../helpers/sandbox.ts";

const test = testWithOwnApp();

/** Somebody else's browser. */
async function other(browser: Browser, app: App, watcher: Watcher, who: Role): Promise<Page> {
  const context = await browser.newContext({ baseURL: app.url });
  const page = await context.newPage();
  watcher.watch(page);
  await signIn(page, who);
  return page;
}

/** An activation that the car refuses; its customer stands on the order's page. Returns the case's number. */
async function failed(page: Page, sandbox: Sandbox, slug: string): Promise<string> {
  // Until the car has refused: an order that an earlier test left waiting may be tried first.
  await sandbox.setFault({ system: "IOT", vin: CARS.Lince, fault: { kind: "NACK", code: "MODULE_FAULT" } });
  await signIn(page, "customer");
  await order(page, { slug, offer: "Elegir 30 días", car: "Lince" });
  await expect(instrument(page).headline).toHaveText(/^No se ha podido activar/);
  await sandbox.calm();
  const opened = instrument(page).entries.filter({ hasText: /^Caso de soporte / });
  return /Caso de soporte (\S+)/.exec(await opened.innerText())![1]!;
}

test("from the list to the answer, and the customer reads it", { tag: "@ends" }, async ({ page, browser, app, sandbox, watcher }) => {
  test.slow();
  const number = await failed(page, sandbox, "asientos-calefactados");
  const desk = await other(browser, app, watcher, "support");
  await expectGoodPage(desk);
  await desk.getByRole("link", { name: number }).first().click();
  await expect(desk.getByRole("heading", { level: 1 })).toHaveText(number);
  await expect(desk.locator("main")).toContainText("MODULE_FAULT");
  await expect(desk.locator("#dinero")).toContainText("No se ha cobrado nada");
  // Support sees whether, not how much: the zero is no secret.
  await expect(desk.locator("main")).not.toContainText(/[1-9]\d*,\d\d\s€/);
  await expectGoodPage(desk);

  await desk.getByRole("button", { name: "Lo llevo yo" }).click();
  await expect(desk.getByText("Lo llevas tú.")).toBeVisible();
  await desk.locator("#respuesta").fill("Estamos mirando tu coche.");
  await desk.getByRole("button", { name: "Enviar la respuesta" }).click();
  await expect(desk.locator(".messages")).toContainText("Estamos mirando tu coche.");
  await expect(desk.locator("#respuesta")).toHaveValue("");

  await page.goto(`/cuenta/ayuda/${number}`);
  await expect(page.locator(".messages")).toContainText("Estamos mirando tu coche.");
  await expectGoodPage(page);
  await page.getByLabel("Tu mensaje").fill("Gracias, aquí va una nota.");
  await page.locator("#archivos").setInputFiles({ name: "nota.txt", mimeType: "text/plain", buffer: Buffer.from("Una nota") });
  await page.getByRole("button", { name: "Enviar el mensaje" }).click();
  await expect(page.locator(".messages")).toContainText("Gracias, aquí va una nota.");
  const download = page.waitForEvent("download");
  await page.locator(".message__files a").first().click();
  expect((await download).suggestedFilename()).toBe("nota.txt");

  if (scripted()) {
    // The open case says that there is something new, and changes nothing under its reader's eyes.
    await expect(desk.locator(".case-signs__news")).toBeVisible();
  }
  await desk.goto(`/soporte/${number}`);
  await expect(desk.locator(".messages")).toContainText("Gracias, aquí va una nota.");
});

test("a case by keyboard alone, and every key is listed", { tag: ["@ends", "@js"] }, async ({ page, browser, app, sandbox, watcher }) => {
  test.slow();
  const number = await failed(page, sandbox, "aparcamiento-asistido");
  const desk = await other(browser, app, watcher, "support");
  await expect(desk.locator("html")).toHaveAttribute("data-islands", "ready");
  await desk.keyboard.press("?");
  await expect(desk.getByRole("dialog")).toBeVisible();
  await expect(desk.getByRole("dialog").locator("dt")).toHaveCount(14);
  await expectGoodPage(desk);
  await desk.keyboard.press("Escape");
  await desk.keyboard.press("/");
  await desk.keyboard.type(number);
  await desk.keyboard.press("Enter");
  await expect(desk).toHaveURL(/texto=/);
  await expect(desk.locator("html")).toHaveAttribute("data-islands", "ready");
  await desk.keyboard.press("j");
  await desk.keyboard.press("Enter");
  await expect(desk.getByRole("heading", { level: 1 })).toHaveText(number);
  await expect(desk.locator("html")).toHaveAttribute("data-islands", "ready");
  await desk.keyboard.press("r");
  await desk.keyboard.type("Un borrador con ? y r dentro");
  await expect(desk.locator("#respuesta")).toHaveValue("Un borrador con ? y r dentro");
  await expect(desk.getByText("Borrador guardado.")).toBeVisible();
  await desk.reload();
  await expect(desk.locator("#respuesta")).toHaveValue("Un borrador con ? y r dentro");
  // Switched off, a key is a letter again.
  await expect(desk.locator("html")).toHaveAttribute("data-islands", "ready");
  await desk.keyboard.press("?");
  await desk.getByLabel("Usar atajos de una tecla en este navegador").uncheck();
  await desk.getByRole("dialog").getByRole("button", { name: "Cerrar" }).click();
  await desk.keyboard.press("?");
  await expect(desk.getByRole("dialog")).toBeHidden();
});

test("the list moves while somebody looks at it", { tag: ["@ends", "@js"] }, async ({ page, browser, app, sandbox, watcher }) => {
  test.slow();
  const desk = await other(browser, app, watcher, "support");
  await expect(desk.locator("html")).toHaveAttribute("data-islands", "ready");
  const number = await failed(page, sandbox, "sonido-de-concierto");
  await expect(desk.locator("tbody").getByRole("link", { name: number })).toBeVisible();
});

test("a question to support", { tag: "@ends" }, async ({ page }) => {
  await signIn(page, "customer");
  await page.goto("/cuenta");
  await page.getByRole("link", { name: "Ir a la ayuda" }).click();
  await page.getByLabel("Asunto").fill("Mi factura");
  await page.getByLabel("Tu pregunta").fill("¿Dónde la encuentro?");
  await page.getByRole("button", { name: "Enviar la pregunta" }).click();
  await expect(page).toHaveURL(/\/cuenta\/ayuda\/GEN-\d{6}$/);
  await expect(page.locator(".messages")).toContainText("¿Dónde la encuentro?");
  await expectGoodPage(page);
});

test("the desk on a phone, with large letters", { tag: ["@ends", "@js"] }, async ({ page, browser, app, sandbox, watcher }) => {
  const number = await failed(page, sandbox, "masaje-delantero");
  const desk = await other(browser, app, watcher, "support");
  await desk.setViewportSize({ width: 360, height: 780 });
  for (const path of ["/soporte", "/soporte?lista=sin-asignar&orden=PRIORITY", `/soporte/${number}`]) {
    await desk.goto(path);
    await expectGoodPage(desk);
  }
  // What can be done is one tap away from the top.
  await desk.getByRole("navigation", { name: "En este caso" }).getByRole("link", { name: "Responder" }).click();
  await expect(desk.getByRole("heading", { name: "Responder al cliente" })).toBeInViewport();
});
