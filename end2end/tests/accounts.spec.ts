import { expectGoodPage } from "../helpers/page.ts";
import { ACCOUNTS, PASSWORD as DEMO_PASSWORD } from "../helpers/accounts.ts";
import { linkIn, type Sandbox } from "../helpers/sandbox.ts";
import { sendSignIn, signIn } from "../helpers/session.ts";
import { expect, test } from "../helpers/test.ts";
import type { Page } from "@playwright/test";

const PASSWORD = "un tren azul por la mañana";

/** Signs up and confirms the address; does not sign in. */
async function becomeSomebody(page: Page, sandbox: Sandbox, email: string) {
  await page.goto("/registro");
  await page.getByLabel("Nombre").fill("Inés Robles");
  await page.getByLabel("Correo").fill(email);
  await page.getByLabel("Contraseña").fill(PASSWORD);
  await page.getByRole("button", { name: "Crear mi cuenta" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Revisa tu correo");
  const mail = await sandbox.mailTo(email, /Confirma tu correo/);
  await page.goto(linkIn(mail, /^\/confirmar-correo/));
  await page.getByRole("button", { name: "Confirmar mi correo" }).click();
  await expect(page).toHaveURL(/\/entrar$/);
  await expect(page.getByText("Tu dirección está confirmada.")).toBeVisible();
}

async function openMenu(page: Page) {
  await page.getByLabel("Tu cuenta", { exact: true }).or(page.getByLabel("Your account", { exact: true })).click();
}

test("somebody new signs up, confirms, signs in, changes the language and signs out", async ({ page, sandbox }) => {
  const email = "ines@example.com";
  await becomeSomebody(page, sandbox, email);
  await expectGoodPage(page);

  await sendSignIn(page, { email, password: PASSWORD });
  await expect(page).toHaveURL(/\/expediente$/);
  await expect(page.getByText("Todavía no hay ningún coche en tu cuenta")).toBeVisible();

  await openMenu(page);
  await page.getByRole("link", { name: "Cuenta", exact: true }).click();
  await page.getByLabel("Idioma de las páginas y los correos").selectOption("English");
  await page.getByRole("button", { name: "Cambiar el idioma" }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Your account");
  await expectGoodPage(page);

  await openMenu(page);
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByText("You are signed out.")).toBeVisible();
  await page.goto("/cuenta");
  await expect(page).toHaveURL(/\/entrar\?siguiente=/);
});

test("an address must be confirmed before it opens the account", async ({ page, sandbox }) => {
  const email = "sin-confirmar@example.com";
  await page.goto("/registro");
  await page.getByLabel("Nombre").fill("Inés Robles");
  await page.getByLabel("Correo").fill(email);
  await page.getByLabel("Contraseña").fill(PASSWORD);
  await page.getByRole("button", { name: "Crear mi cuenta" }).click();
  await sandbox.mailTo(email, /Confirma tu correo/);
  await page.goto("/entrar");
  await sendSignIn(page, { email, password: PASSWORD });
  await expect(page).toHaveURL(/\/entrar$/);
  await expect(page.getByText("Falta confirmar tu correo")).toBeVisible();
});

test("what is wrong with a sign-up is said beside the field, and what was typed stays", async ({ page }) => {
  await page.goto("/registro");
  await page.getByLabel("Nombre").fill("Inés Robles");
  await page.getByLabel("Correo").fill("ines.robles@example.com");
  await page.getByLabel("Contraseña").fill("1234567890");
  await page.getByRole("button", { name: "Crear mi cuenta" }).click();
  await expect(page.getByLabel("Contraseña")).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel("Contraseña")).toHaveValue("");
  await expect(page.getByLabel("Nombre")).toHaveValue("Inés Robles");
  await expect(page.getByLabel("Correo")).toHaveValue("ines.robles@example.com");
  await expectGoodPage(page);
});

test("a wrong password opens nothing, and the way back in is by mail", async ({ page, sandbox }) => {
  const email = "olvido@example.com";
  await becomeSomebody(page, sandbox, email);
  await sendSignIn(page, { email, password: "no es esta, seguro" });
  await expect(page.getByText("El correo o la contraseña no son correctos.")).toBeVisible();
  await expect(page.locator('input[type="email"]')).toHaveValue(email);
  await expectGoodPage(page);

  await page.getByRole("link", { name: "He olvidado mi contraseña" }).click();
  await page.getByLabel("Correo").fill(email);
  await page.getByRole("button", { name: "Enviarme el enlace" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Revisa tu correo");
  const link = linkIn(await sandbox.mailTo(email, /Elige una contraseña nueva/), /^\/restablecer/);
  await page.goto(link);
  await expectGoodPage(page);
  await page.getByLabel("Contraseña nueva").fill("otra frase, más larga");
  await page.getByRole("button", { name: "Guardar mi contraseña" }).click();
  await sandbox.mailTo(email, /Tu contraseña ha cambiado/);

  await signIn(page, { email, password: "otra frase, más larga" });
  await page.goto(link);
  await expect(page.getByText("Este enlace ya se ha usado o ha caducado")).toBeVisible();
});

test("signing in leads to where somebody was going", async ({ page }) => {
  await page.goto("/expediente/pagos");
  await sendSignIn(page, { email: ACCOUNTS.customer, password: DEMO_PASSWORD });
  await expect(page).toHaveURL(/\/expediente\/pagos$/);
});

test("one click opens a demonstration account", async ({ page }) => {
  await page.goto("/entrar");
  await page.getByRole("button", { name: /Tomás Aguirre/ }).click();
  await expect(page).toHaveURL(/\/expediente$/);
  await expect(page.getByText("Has entrado en tu cuenta.")).toBeVisible();
});
