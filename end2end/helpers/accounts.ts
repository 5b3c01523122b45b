/** Who can sign in to the demo world. The app prints the same list when it starts. */
export const PASSWORD = "demo-caas-2026";

export const ACCOUNTS = {
  /** Lucía, with two cars. */
  customer: "cliente@demo.caas.example",
  /** Tomás, with one car, who must not see Lucía's things. */
  secondCustomer: "cliente2@demo.caas.example",
  dealer: "concesionario@demo.caas.example",
  support: "soporte@demo.caas.example",
  operations: "operaciones@demo.caas.example",
  administrator: "admin@demo.caas.example",
} as const;

export type Role = keyof typeof ACCOUNTS;

/** The cars of the demo world, by model. The first two are Lucía's, the third is Tomás's. */
export const CARS = { Lince: "VSSZZZLNCTR000101", Alcor: "VSSZZZALCTR000202", Brisa: "VSSZZZBRSTR000303" } as const;
