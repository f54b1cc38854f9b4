import type { Means } from "../schema";
import type { Speech } from "../texts/speech.svelte";

/** A means in words; a kind of vouchers has the organizer's. */
export function meansNamed(means: Means, name: string | null, { t }: Speech): string {
  return means.by === "voucher" ? (name ?? t.till.sale.other) : t.till.means[means.by];
}
