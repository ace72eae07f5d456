import { z } from 'zod';
import { accountId, caseId, fundPurpose, nonNegativeDecimal, positiveDecimal } from '../common/fields.js';
import { booked, place } from '../common/figures.js';
import { payload } from '../event-schema.js';

const stream = 'insurance-fund';
const balance = nonNegativeDecimal.describe('USD in the fund after the event; never below zero.');

export const fundCreditedV1 = payload(
  {
    ...booked,
    reason: z.enum(['contribution', 'penalty-remainder']),
    origin: place.describe('The event in accounts that sent the money.'),
    amount: positiveDecimal.describe('USD.'),
    balance,
  },
  { stream, description: 'Money arrived in the insurance fund.' },
);

export const fundDrawGrantedV1 = payload(
  {
    ...booked,
    request: place.describe('The FundDrawRequested in liquidation.'),
    caseId,
    accountId,
    purpose: fundPurpose,
    requested: positiveDecimal.describe('USD.'),
    granted: nonNegativeDecimal.describe('USD: at most the balance, perhaps zero.'),
    balance,
  },
  { stream, description: 'Answer of the insurance fund to a FundDrawRequested, perhaps less than asked.' },
);
