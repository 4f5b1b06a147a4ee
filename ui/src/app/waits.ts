import type { Screen } from '$lib/route.svelte';
import type { JobView, Overview } from '$rpc/contract';

/** How much on each screen waits for a person. What mends itself is not counted. */
export function waits(overview: Overview | null, jobs: JobView[]): Partial<Record<Screen, number>> {
  if (!overview) return {};
  const held = overview.holds.filter((hold) => !hold.waits_for_temu).reduce((sum, hold) => sum + hold.orders, 0);
  const parcels = overview.parcels.filter((p) => p.task === 'unmapped' || p.task === 'refused').reduce((sum, p) => sum + p.parcels, 0);
  const approvals = jobs.filter((job) => job.last?.outcome === 'needs_approval' && !job.running).length;
  return { orders: held + overview.open_alerts, tracking: parcels, stock: approvals };
}
