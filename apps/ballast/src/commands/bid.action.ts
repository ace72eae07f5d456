import { randomUUID } from 'node:crypto';
import { bidRequest, fieldErrors, idempotencyKey, identifierForm } from '@ballast/contracts';
import { Unanswered } from '@ballast/exchange-client';
import type { z } from 'zod';
import { UsageError } from '../usage-error.js';
import { servedHouse } from './served-house.js';

interface BidOptions {
  readonly account: string;
  readonly quantity: string;
  readonly discount: string;
  readonly id?: string;
  readonly url: string;
}

interface Taken {
  readonly data: { readonly accountId: string; readonly quantity: string; readonly discount: string };
}

/** A price falls meanwhile. */
const PATIENCE_MS = 10_000;

/** Bids as `POST /auctions/{auctionId}/bids` does, and prints at which discount it was taken down. */
export async function bid(auction: string, options: BidOptions): Promise<void> {
  const { account, quantity, discount, url } = options;
  const auctionId = read('<auction>', identifierForm, auction);
  const { accountId: bidder, quantity: most, discount: least } = bidRequest.shape;
  const body = {
    accountId: read('--account', bidder, account),
    quantity: read('--quantity', most, quantity),
    discount: read('--discount', least, discount),
  };
  const id = read('--id', idempotencyKey, options.id ?? `bid-${randomUUID()}`);
  const ballast = servedHouse(url, { patienceMs: PATIENCE_MS });
  const path = `/auctions/${encodeURIComponent(auctionId)}/bids`;
  const { data } = await ballast.post<Taken>(path, body, id).catch((error: unknown) => {
    if (!(error instanceof Unanswered)) throw error;
    throw new UsageError(
      `${error.message}; whether the bid was taken down is not known: send it again with --id ${id}, which cannot bid twice`,
    );
  });
  process.stdout.write(
    `${data.accountId} bids for ${data.quantity} in ${auctionId} at a discount of ${data.discount} (bid ${id})\n`,
  );
}

/** @throws UsageError naming what was given, and what to write */
function read<Value>(name: string, form: z.ZodType<Value>, given: string): Value {
  const result = form.safeParse(given, { reportInput: true });
  if (result.success) return result.data;
  const [error] = fieldErrors(result.error);
  throw new UsageError(`${name} ${error?.message ?? 'is wrong'}: ${error?.remedy ?? ''}`);
}
