/**
 * Every address there is, as each kind of person: valid HTML, nothing on the console, axe in light and dark, nothing that
 * sticks out. With an order in each state that a customer's page can show, on its own app, so that pages have content.
 */
import type { Role } from "../helpers/accounts.ts";
import { CARS } from "../helpers/accounts.ts";
import { expectGoodPage } from "../helpers/page.ts";
import { instrument, order, scripted } from "../helpers/purchase.ts";
import { signIn } from "../helpers/session.ts";
import { expect, test } from "../helpers/test.ts";
import type { Page } from "@playwright/test";

const PUBLIC = [
  "/",
  "/catalogo",
  "/catalogo?texto=luz&oferta=PERMANENT&pais=GB",
  "/catalogo?texto=zapatos",
  "/catalogo/potencia-mas-50",
  "/catalogo/asientos-calefactados?pais=US",
  "/entrar",
  "/registro",
  "/registro/revisa-tu-correo",
  "/recuperar",
  "/recuperar/revisa-tu-correo",
  "/restablecer?token=x",
  "/confirmar-correo?token=x",
  "/estilo",
  "/sandbox",
  "/sandbox/correo",
  "/sandbox/movil",
  "/sandbox/banco",
  "/sandbox/ordenes",
];
const CUSTOMER = [
  "/",
  "/catalogo",
  "/catalogo/modo-todoterreno",
  "/expediente",
  "/expediente/servicios",
  "/expediente/pagos",
  "/expediente/suscripciones",
  "/expediente/facturas",
  "/expediente/deudas",
  "/expediente?tipo=NOTIFICATION&desde=2020-01-01&hasta=2099-12-31",
  "/expediente/imprimir",
  "/cuenta",
  "/cuenta/metodos-de-pago",
  "/cuenta/avisos",
  "/cuenta/ayuda",
  "/cuenta/datos",
  "/cuenta/borrar",
  "/notificaciones",
  "/sandbox",
  "/sandbox/correo",
  "/sandbox/movil",
  "/sandbox/banco",
  "/sandbox/ordenes",
];
const STAFF: Partial<Record<Role, string[]>> = {
  dealer: [
    "/concesionario",
    "/concesionario?necesita=sin-cita",
    "/concesionario/tablero",
    "/concesionario/tablero?columna=fabrica",
    "/concesionario/tablero?texto=nadie",
    "/concesionario/existencias",
    "/concesionario/existencias?estado=entregados",
    "/concesionario/agenda",
    "/concesionario/agenda/horario",
    "/cambio-de-dueno",
    "/cuenta",
    "/notificaciones",
  ],
  // A case and what belongs to it: support.spec.ts.
  support: [
    "/soporte",
    "/soporte?lista=general",
    "/soporte?lista=vencidos&orden=PRIORITY&motivo=MODULE_FAULT&modelo=LINCE&prioridad=HIGH",
    "/soporte?texto=OTA-000001",
    "/cambio-de-dueno",
  ],
  operations: ["/operaciones", "/operaciones/alertas", "/operaciones/alertas/GATEWAY_AVAILABILITY", "/operaciones/sistemas/PAYMENTS", "/operaciones/sistemas/MAIL", "/operaciones/fallos", "/operaciones/fallos?abiertos=1&tipo=PAYMENT_DECLINED", "/operaciones/analisis", "/operaciones/analisis?desde=2026-02-30", "/operaciones/analisis?desde=2020-01-01&hasta=2020-01-07&hora=09", "/operaciones/analisis/intentos", "/operaciones/suscripciones", "/operaciones/deudas?estado=OPEN", "/operaciones/finanzas", "/operaciones/finanzas/balance", "/operaciones/finanzas/cuentas/GATEWAY_RECEIVABLE?moneda=EUR", "/operaciones/finanzas/conciliacion?estado=TODAS", "/operaciones/finanzas/riesgo", "/operaciones/finanzas/riesgo/apuntes", "/operaciones/finanzas/tareas", "/operaciones/finanzas/tareas?estado=WON&de=mi", "/operaciones/finanzas/ingresos", "/operaciones/finanzas/ingresos?por=dia&clase=SERVICE", "/operaciones/finanzas/embudo?meses=12", "/operaciones/reembolsos", "/operaciones/reembolsos?estado=OVERDUE&motivo=WITHDRAWAL", "/admin/auditoria"],
  administrator: ["/admin", "/operaciones/analisis", "/admin/macros", "/admin/reglas", "/admin/horarios", "/admin/mensajes", "/admin/mensajes/OTA_FAILED", "/admin/auditoria", "/admin/auditoria?quien=CUSTOMER&tipo=SIGNED_IN"],
};

async function look(page: Page, paths: string[]) {
  for (const path of paths) {
    await test.step(path, async () => {
      const response = await page.goto(path);
      expect.soft(response?.status(), path).toBe(200);
      await expectGoodPage(page);
    });
  }
}

// One test holds many pages: that saves starting a browser for each. Without scripts the pages are the same documents.
const everywhere = { tag: "@ends" };

test("every public page", everywhere, async ({ page }) => {
  test.slow();
  await look(page, PUBLIC);
});

test("every page of a customer", everywhere, async ({ page, sandbox }) => {
  test.slow();
  await signIn(page, "customer");
  const active = await order(page, { slug: "proyeccion-en-parabrisas", offer: "Elegir para siempre", car: "Lince" });
  await expect(instrument(page).headline).toHaveText(/^Activo/);
  await sandbox.patchVehicle(CARS.Lince, { connectivity: "OFFLINE" });
  const waiting = await order(page, { slug: "crucero-adaptativo", offer: "Elegir para siempre", car: "Lince" });
  await expect(instrument(page).headline).toHaveText(/^Lo intentaremos de nuevo/);
  const offer = await page.goto("/catalogo/potencia-mas-20").then(() => page.getByRole("link", { name: "Elegir 7 días" }).getAttribute("href"));
  // Without scripts a page with something under way loads itself again, in the middle of what looks at it.
  await look(page, [...CUSTOMER, active, ...(scripted() ? [waiting] : []), offer!]);
});

for (const [who, paths] of Object.entries(STAFF)) {
  test(`every page of ${who}`, everywhere, async ({ page }) => {
    test.slow();
    await signIn(page, who as Role);
    await look(page, paths);
  });
}

test.describe("in English", () => {
  test.use({ locale: "en-GB" });

  test("every public page", { tag: ["@ends", "@js"] }, async ({ page }) => {
    test.slow();
    await look(page, PUBLIC);
    await expect(page.locator("html")).toHaveAttribute("lang", "en");
  });
});
