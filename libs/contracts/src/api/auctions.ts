import { z } from 'zod';
import { accountId, count, identifier, instrument, nonNegativeDecimal, underlying } from '../fields.js';
import { quantity } from './amounts.js';
import { boundedBy } from '../bounds.js';
import { pageOf } from './page.js';
import { instant } from './times.js';

const discount = nonNegativeDecimal.meta({
  description:
    'Fraction of the notional that the price leaves the bidder: below the mark for a long, above it for a short.',
  example: '0.004',
});

export const bidRequest = z
  .strictObject({
    accountId: accountId.meta({ description: 'The bidder: an account that the auction names.' }),
    quantity: quantity.meta({ description: 'Contracts, whole lots: at most.', example: '1.5' }),
    discount: discount.meta({ description: 'Of a falling price the least that is taken; the present one is given.' }),
  })
  .meta({
    id: 'BidRequest',
    description: 'Bids in the auction in the path. It binds until the auction is over, or was called and not taken up.',
    example: { accountId: 'dave.desk', quantity: '1.5', discount: '0.004' },
  });

export const auctionsView = pageOf(
  'AuctionsView',
  'What is offered to bidders now. Sealed bids of others are not told.',
  z.strictObject({
    auctionId: identifier,
    caseId: z.string(),
    instrument,
    underlying,
    side: z.enum(['long', 'short']).meta({ description: 'Side of the position that is given up.' }),
    quantity: quantity.meta({ description: 'Contracts that are offered at most.' }),
    left: nonNegativeDecimal.meta({ description: 'Contracts of it that nobody has taken over yet.' }),
    lot: quantity,
    mark: nonNegativeDecimal.meta({
      description: 'When it was asked for; what is taken over is at the mark of then.',
    }),
    method: z.enum(['dutch', 'sealed']),
    discount: discount.meta({
      description: 'What it gives at present: of sealed bids the most that may be asked.',
    }),
    mostDiscount: nonNegativeDecimal.meta({ description: 'What it gives at the end.' }),
    openedAt: instant,
    endsAt: instant,
    called: z.boolean().meta({ description: 'Bids are being handed over: no other is taken.' }),
    bids: count,
    bidders: boundedBy('market', z.strictObject({ accountId, quantity: quantity })).meta({
      description: 'Who may bid, and for how many contracts.',
    }),
  }),
);
