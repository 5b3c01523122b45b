/** The outside systems of an app under test, seen and moved through the sandbox's control endpoint. */
import { expect } from "@playwright/test";
import { CARS } from "./accounts.ts";

export type Mail = { to: string; from: string; subject: string; text: string; html?: string; messageId: string; at: string };
export type Payment = { status: string; amount: number | string; [other: string]: unknown };

/** As the vehicle reacts in tests: late enough to see it wait, early enough not to wait for it. */
const ACTIVATION_LATENCY_MS = 700;

const HOUR_MILLIS = 3_600_000;

export class Sandbox {
  constructor(private readonly control: string) {}

  private async ask<T>(method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.control}/control${path}`, {
      method,
      headers: { "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    expect(response.ok, `${method} /control${path}: ${response.status} ${text}`).toBe(true);
    return (text ? JSON.parse(text) : undefined) as T;
  }

  /** No faults, every car parked and online, and cars that answer soon. What happened stays: mails, payments, the hour. */
  async calm() {
    const settings = await this.ask<object>("GET", "/settings/iot");
    await this.ask("PUT", "/settings/iot", { ...settings, activationLatencyMs: ACTIVATION_LATENCY_MS });
    await this.ask("DELETE", "/faults");
    for (const vin of Object.values(CARS)) await this.patchVehicle(vin, { connectivity: "ONLINE", operation: "PARKED" });
  }

  /** How long cars take to confirm. */
  async carsConfirmAfter(millis: number) {
    const settings = await this.ask<object>("GET", "/settings/iot");
    await this.ask("PUT", "/settings/iot", { ...settings, activationLatencyMs: millis });
  }

  /** Mails to somebody, newest first. */
  async mailsTo(to: string): Promise<Mail[]> {
    const mails = await this.ask<Mail[]>("GET", "/mails");
    return mails.filter((mail) => mail.to.includes(to)).sort((a, b) => b.at.localeCompare(a.at));
  }

  /** The newest mail to somebody with this subject; waits until the job has sent it. */
  async mailTo(to: string, subject: RegExp): Promise<Mail> {
    let found: Mail | undefined;
    await expect
      .poll(async () => (found = (await this.mailsTo(to)).find((mail) => subject.test(mail.subject))) !== undefined, {
        message: `a mail to ${to} about ${subject}`,
        timeout: 15_000,
      })
      .toBe(true);
    return found!;
  }

  /** Every payment in the gateway's books. */
  async payments(): Promise<Payment[]> {
    return this.ask("GET", "/payments");
  }

  /** Every order in the factory's books. */
  async factoryOrders(): Promise<{ orderId: string; orderReference: string; status: string; vin?: string }[]> {
    return this.ask("GET", "/factory");
  }

  /** What the car really has switched on. */
  async servicesOf(vin: string): Promise<string[]> {
    const vehicle = await this.ask<{ services: { serviceId: string; status: string }[] }>("GET", `/vehicles/${vin}`);
    return vehicle.services.filter((service) => service.status === "ACTIVE").map((service) => service.serviceId);
  }

  /** Makes an outside system fail, as `FaultRule` of the sandbox is written. */
  async setFault(rule: object) {
    await this.ask("POST", "/faults", rule);
  }

  /** Changes a vehicle, as `VehiclePatch` of the sandbox is written. */
  async patchVehicle(vin: string, patch: object) {
    await this.ask("PATCH", `/vehicles/${vin}`, patch);
  }

  /** Sets blocks of a car's maintenance history, as the contract of VSS writes them. */
  async setMaintenance(vin: string, blocks: object[]) {
    await this.ask("PUT", `/maintenance/${vin}`, blocks);
  }

  /** The hour it is there. */
  async now(): Promise<string> {
    return (await this.ask<{ now: string }>("GET", "/clock")).now;
  }

  /** Moves the clock of app and played systems forward. */
  async advanceClock(seconds: number) {
    await this.ask("POST", "/clock/advance", { seconds });
  }

  /**
   * Moves it to the next nine o'clock (UTC), two hours at least: for tests that count days, whose date would otherwise
   * be another after an hour or two when they run late in the evening.
   */
  async advanceToMorning() {
    const now = new Date(await this.now());
    const morning = new Date(now);
    morning.setUTCHours(9, 0, 0, 0);
    if (morning.getTime() - now.getTime() < 2 * HOUR_MILLIS) morning.setUTCDate(morning.getUTCDate() + 1);
    await this.advanceClock(Math.ceil((morning.getTime() - now.getTime()) / 1_000));
  }
}

/** The first address in a mail's text whose path fits, without the host. */
export function linkIn(mail: Mail, path: RegExp): string {
  const paths = [...mail.text.matchAll(/https?:\/\/[^\s/]+(\/[^\s<>"]*)/g)].map((match) => match[1]!);
  const link = paths.find((candidate) => path.test(candidate));
  expect(link, `a link like ${path} in: ${mail.text}`).toBeDefined();
  return link!;
}
