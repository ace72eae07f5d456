import { readPartition, type LogDirectory } from '@ballast/event-log';
import { positionsAfter, type Posting } from '@ballast/facts';
import { dec, text, ZERO, type Decimal, type Instant } from '@ballast/kernel';

/** A line of books: what is held of an asset for all together, or of a contract by an account. */
export interface HeldLine {
  readonly accountId: string | null;
  readonly asset: string | null;
  readonly instrument: string | null;
  readonly quantity: string;
}

/** Everything that the ledger held at a moment. */
export interface HeldBooks {
  readonly custody: readonly HeldLine[];
  readonly positions: readonly HeldLine[];
}

const CUSTODY = 'custody';

/**
 * What the ledger held at a moment, from the log of accounts alone.
 * @param at the last moment of clearing time that counts
 */
export async function heldBooks(logs: LogDirectory, at: Instant): Promise<HeldBooks> {
  const custody = new Map<string, Decimal>();
  const positions = new Map<string, HeldLine>();
  const log = logs.log('accounts');
  for (const { partition } of await log.heads()) {
    for await (const { stream, payload, time } of readPartition(log, partition)) {
      // Clearing time never falls inside a partition.
      if (time.clearing > at) break;
      const { postings = [] } = payload as { readonly postings?: readonly Posting[] };
      for (const { ledgerAccount, asset, amount } of postings) {
        // Assets are booked against what is owed for them: what is held stands there with the other sign.
        if (ledgerAccount === CUSTODY) custody.set(asset, (custody.get(asset) ?? ZERO).minus(amount));
      }
      if (!stream.startsWith('account-')) continue;
      const accountId = stream.slice('account-'.length);
      for (const { instrument, quantity } of positionsAfter(payload)) {
        positions.set(`${accountId} ${instrument}`, { accountId, asset: null, instrument, quantity });
      }
    }
  }
  return {
    custody: [...custody].map(([asset, quantity]) => ({
      ...{ accountId: null, asset, instrument: null },
      quantity: text(quantity),
    })),
    positions: [...positions.values()].filter(({ quantity }) => !dec(quantity).isZero()),
  };
}
