// Cloudflare's price list, the one place for it: Workers Paid, in US dollars a month. `included` comes with the
// plan, `usd` is asked for each further `per`. Read from copies of the provider's pages of April to November
// 2026 (docs/SCALE.md names each); check them before you rely on a sum: https://developers.cloudflare.com.

export const PLAN_USD = 5;

export const PRICES = {
  requests: { what: "Requests", included: 10e6, per: 1e6, usd: 0.3 },
  cpuMs: { what: "CPU, ms", included: 30e6, per: 1e6, usd: 0.02 },
  rowsRead: { what: "D1 rows read", included: 25e9, per: 1e6, usd: 0.001 },
  rowsWritten: { what: "D1 rows written", included: 50e6, per: 1e6, usd: 1 },
  databaseGb: { what: "D1, GB", included: 5, per: 1, usd: 0.75 },
  filesGb: { what: "R2, GB", included: 10, per: 1, usd: 0.015 },
  r2Writes: { what: "R2 writes and lists", included: 1e6, per: 1e6, usd: 4.5 },
  r2Reads: { what: "R2 reads", included: 10e6, per: 1e6, usd: 0.36 },
  kvReads: { what: "KV reads", included: 10e6, per: 1e6, usd: 0.5 },
  kvWrites: { what: "KV writes", included: 1e6, per: 1e6, usd: 5 },
  logs: { what: "Log events", included: 20e6, per: 1e6, usd: 0.6 },
  mails: { what: "Mails by Cloudflare", included: 3000, per: 1000, usd: 0.35 },
};

/** What one D1 database may hold, in GB. */
export const DATABASE_GB = 10;

/** What so much of it costs beyond the plan. */
export function costOf(name, amount) {
  const { included, per, usd } = PRICES[name];
  return Math.max(0, amount - included) / per * usd;
}
