import { expect, type Page } from "@playwright/test";
import { ACCOUNTS, PASSWORD, type Role } from "./accounts.ts";

/** Signs in through the form, as a demo account or as somebody with an own email and password. */
export async function signIn(page: Page, who: Role | { email: string; password: string }) {
  const { email, password } = typeof who === "string" ? { email: ACCOUNTS[who], password: PASSWORD } : who;
  await page.goto("/entrar");
  await page.locator('input[name="email"]').fill(email);
  await page.locator('input[name="password"]').fill(password);
  await page.locator('form:has(input[name="password"]) button[type="submit"]').click();
  await expect(page, `signed in as ${email}`).not.toHaveURL(/\/entrar\b/);
}
