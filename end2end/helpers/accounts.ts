/** Who can sign in to the demo world. The app prints the same list when it starts. */
export const PASSWORD = "demo-caas-2026";

export const ACCOUNTS = {
  customer: "cliente@demo.example",
  dealer: "concesionario@demo.example",
  support: "soporte@demo.example",
  operations: "operaciones@demo.example",
  administrator: "admin@demo.example",
} as const;

export type Role = keyof typeof ACCOUNTS;
