import { expect, type Page } from "@playwright/test";
import { ACCOUNTS, PASSWORD, type Role } from "./accounts.ts";

/** Fills in the form of the sign-in page and sends it. The page also has a form of hidden fields for each demo account. */
export async function sendSignIn(page: Page, { email, password }: { email: string; password: string }) {
  await page.locator('input[type="email"]').fill(email);
  await page.locator('input[type="password"]').fill(password);
  await page.locator('form:has(input[type="password"]) button').click();
}

/** Signs in through the form, as a demo account or as somebody with an own email and password. */
export async function signIn(page: Page, who: Role | { email: string; password: string }) {
  const whom = typeof who === "string" ? { email: ACCOUNTS[who], password: PASSWORD } : who;
  await page.goto("/entrar");
  await sendSignIn(page, whom);
  await expect(page, `signed in as ${whom.email}`).not.toHaveURL(/\/entrar\b/);
}
