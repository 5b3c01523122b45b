/** Pictures for the README: `PICTURES=1 npx playwright test pictures` writes them to docs/. */
import { CARS } from "../helpers/accounts.ts";
import { instrument, order } from "../helpers/purchase.ts";
import { signIn } from "../helpers/session.ts";
import { expect, test } from "../helpers/test.ts";

const DOCS = new URL("../../docs/", import.meta.url).pathname;

test("an activation under way", { tag: "@picture" }, async ({ page, sandbox }) => {
  await signIn(page, "customer");
  await sandbox.patchVehicle(CARS.Lince, { operation: "DRIVING" });
  await order(page, { slug: "autonomia-mas-60", offer: "Elegir 7 días", car: "Lince" });
  const { headline } = instrument(page);
  await expect(headline).toHaveText("Lo intentaremos de nuevo: intento 2 de 5");
  await sandbox.advanceClock(61);
  await expect(headline).toHaveText("Lo intentaremos de nuevo: intento 3 de 5");
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-islands", "ready");
  await page.setViewportSize({ width: 1200, height: 1290 });
  await page.screenshot({ path: `${DOCS}activation.png`, scale: "css" });
});
