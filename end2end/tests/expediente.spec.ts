import { expectGoodPage } from "../helpers/page.ts";
import { instrument, order, type Wish } from "../helpers/purchase.ts";
import { signIn } from "../helpers/session.ts";
import { expect, test } from "../helpers/test.ts";

const WISHES: Wish[] = [
  { slug: "autonomia-mas-60", offer: "Elegir 1 día", car: "Alcor" },
  { slug: "faros-matriciales", offer: "Elegir 90 días", car: "Alcor" },
  { slug: "faros-matriciales", offer: "Elegir 90 días", car: "Lince" },
  { slug: "proyeccion-en-parabrisas", offer: "Elegir 30 días", car: "Alcor" },
  { slug: "autonomia-mas-60", offer: "Elegir 1 día", car: "Lince" },
  { slug: "carga-rapida-plus", offer: "Elegir 1 día", car: "Lince" },
];

test("the story is filtered and paged, and payments and services are listed", { tag: "@ends" }, async ({ page, sandbox }) => {
  test.slow();
  await sandbox.carsConfirmAfter(50);
  await signIn(page, "customer");
  for (const wish of WISHES) {
    await order(page, wish);
    await expect(instrument(page).headline).toHaveText(/^Activo hasta el/);
  }
  await page.goto("/expediente");
  await expect(page.locator(".story > li")).toHaveCount(20);
  await expectGoodPage(page);

  await page.getByRole("navigation", { name: "Páginas de la historia" }).getByRole("link", { name: "Anterior" }).click();
  await expect(page).toHaveURL(/antes=\d+/);
  await expect(page.locator(".story > li").first()).toBeVisible();
  await expectGoodPage(page);

  await page.goto("/expediente");
  await page.getByLabel("Coche", { exact: true }).selectOption({ index: 2 });
  await page.getByLabel("Sobre").selectOption("PAYMENT");
  await page.getByRole("button", { name: "Filtrar" }).click();
  await expect(page).toHaveURL(/coche=[0-9a-f-]+&tipo=PAYMENT/);
  await expect(page.locator(".story > li").first()).toBeVisible();
  const narrowed = await page.locator(".story > li").count();
  expect(narrowed).toBeGreaterThan(0);
  expect(narrowed).toBeLessThan(20);
  await expectGoodPage(page);
  await page.getByRole("link", { name: "Quitar todo" }).click();
  await expect(page.locator(".story > li")).toHaveCount(20);

  await page.getByRole("link", { name: "Ver todos los pagos" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Tus pagos");
  expect(await page.getByRole("row").count()).toBeGreaterThan(WISHES.length);
  await expectGoodPage(page);

  await page.goto("/expediente/servicios");
  await expect(page.locator(".line", { hasText: "Faros matriciales" }).first()).toContainText("Activo");
  await expectGoodPage(page);
});

test("one of several cars is looked at alone", async ({ page }) => {
  await signIn(page, "customer");
  await page.goto("/expediente");
  await page.locator(".car-card").getByRole("link").last().click();
  await expect(page).toHaveURL(/\?coche=/);
  await expect(page.getByText("VSSZZZALCTR000202").or(page.getByText("VSSZZZLNCTR000101"))).toBeVisible();
  await expectGoodPage(page);
  await page.getByRole("link", { name: "Todos mis coches" }).click();
  await expect(page.locator(".car-card")).toHaveCount(2);
});

test("each entry has its page with the proof, and the story goes on paper", async ({ page }) => {
  await signIn(page, "customer");
  await order(page, { slug: "suspension-confort", offer: "Elegir 30 días", car: "Lince" });
  await expect(instrument(page).headline).toHaveText(/^Activo/);
  await page.reload();
  await expect(page.getByText("El coche lo confirmó")).toBeVisible();
  await page.goto("/expediente?tipo=PAYMENT");
  const captured = page.locator(".story > li", { hasText: "Prueba de entrega" }).first();
  await captured.locator("time a").click();
  await expect(page).toHaveURL(/\/expediente\/entradas\/[0-9a-f-]+$/);
  await expect(page.getByText("Intacta desde que se escribió")).toBeVisible();
  await expectGoodPage(page);
  await page.goto("/expediente");
  await page.getByRole("link", { name: "Versión para imprimir" }).click();
  await expect(page.locator(".sheet > li").first()).toBeVisible();
  await expectGoodPage(page);
  const file = await page.request.get("/expediente.csv");
  expect(file.headers()["content-type"]).toContain("text/csv");
});

test("a story that has grown says so", { tag: "@js" }, async ({ page, context }) => {
  await signIn(page, "customer");
  await page.goto("/expediente");
  await expect(page.locator("html")).toHaveAttribute("data-islands", "ready");
  const other = await context.newPage();
  await order(other, { slug: "aparcamiento-asistido", offer: "Elegir 30 días", car: "Alcor" });
  const news = page.getByRole("link", { name: "Hay novedades" });
  await expect(news).toBeVisible();
  await news.click();
  await expect(page.locator(".story > li").first()).toBeVisible();
  await expect(news).toBeHidden();
});
