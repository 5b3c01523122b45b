/** The outside systems of the app under test, seen and moved through the sandbox's control endpoint. */
import { expect, type APIRequestContext, type Page } from "@playwright/test";

const CONTROL = "/sandbox/control";

export type Mail = { to: string; from: string; subject: string; text: string; html?: string; messageId: string; at: string };

async function answer<T>(request: APIRequestContext, method: "get" | "post", path: string, data?: unknown): Promise<T> {
  const response = await request[method](CONTROL + path, data === undefined ? {} : { data });
  expect(response.status(), `${method} ${CONTROL}${path}: ${await response.text()}`).toBeLessThan(300);
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

/** Mails to somebody, newest first. */
export async function mailsTo(page: Page, to: string): Promise<Mail[]> {
  const mails = await answer<Mail[]>(page.request, "get", `/mails?to=${encodeURIComponent(to)}`);
  return mails.filter((mail) => mail.to === to);
}

/** The newest mail to somebody with this subject; waits until the job has sent it. */
export async function mailTo(page: Page, to: string, subject: RegExp): Promise<Mail> {
  let found: Mail | undefined;
  await expect
    .poll(async () => (found = (await mailsTo(page, to)).find((mail) => subject.test(mail.subject))) !== undefined, {
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

/** Makes an outside system fail, as `FaultRule` in the sandbox is written. */
export async function setFault(page: Page, rule: object) {
  await answer(page.request, "post", "/faults", rule);
}

/** Moves the clock of app and sandbox forward. */
export async function advanceClock(page: Page, seconds: number) {
  await answer(page.request, "post", "/clock/advance", { seconds });
}
