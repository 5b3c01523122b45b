/** The outside systems of the app under test, seen and moved through the sandbox's control endpoint. */
import { expect } from "@playwright/test";

export type Mail = { to: string; from: string; subject: string; text: string; html?: string; messageId: string; at: string };

async function answer<T>(method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${process.env.CAAS_E2E_CONTROL_URL}/control${path}`, {
    method,
    headers: { "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  expect(response.ok, `${method} /control${path}: ${response.status} ${text}`).toBe(true);
  return (text ? JSON.parse(text) : undefined) as T;
}

/** Mails to somebody, newest first. */
export async function mailsTo(to: string): Promise<Mail[]> {
  const mails = await answer<Mail[]>("GET", "/mails");
  return mails.filter((mail) => mail.to === to);
}

/** The newest mail to somebody with this subject; waits until the job has sent it. */
export async function mailTo(to: string, subject: RegExp): Promise<Mail> {
  let found: Mail | undefined;
  await expect
    .poll(async () => (found = (await mailsTo(to)).find((mail) => subject.test(mail.subject))) !== undefined, {
      message: `a mail to ${to} about ${subject}`,
      timeout: 15_000,
    })
    .toBe(true);
  return found!;
}

/** The first address in a mail's text whose path fits, without the host. */
export function linkIn(mail: Mail, path: RegExp): string {
  const paths = [...mail.text.matchAll(/https?:\/\/[^\s/]+(\/[^\s<>"]*)/g)].map((match) => match[1]!);
  const link = paths.find((candidate) => path.test(candidate));
  expect(link, `a link like ${path} in: ${mail.text}`).toBeDefined();
  return link!;
}

/** Makes an outside system fail, as `FaultRule` of the sandbox is written; returns the number to clear it by. */
export async function setFault(rule: object): Promise<number> {
  return (await answer<{ id: number }>("POST", "/faults", rule)).id;
}

/** Takes a fault back. Never all at once: other tests run at the same time. */
export async function clearFault(id: number) {
  await answer("DELETE", `/faults/${id}`);
}

/** Changes a vehicle, as `VehiclePatch` of the sandbox is written. */
export async function patchVehicle(vin: string, patch: object) {
  await answer("PATCH", `/vehicles/${vin}`, patch);
}

/** Moves the clock of app and sandbox forward, for all tests that run at the time. */
export async function advanceClock(seconds: number) {
  await answer("POST", "/clock/advance", { seconds });
}
