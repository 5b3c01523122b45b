import { rmSync } from "node:fs";

/** Removes the database of the run. */
export default function teardown() {
  const folder = process.env.CAAS_E2E_FOLDER;
  if (folder) rmSync(folder, { recursive: true, force: true });
}
