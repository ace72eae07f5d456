import { z } from 'zod';
import { accountMarginState, amountByAsset, count, decimal, priceStatus, underlying } from '../fields.js';
import { priceJump } from './price-jump.js';
import { instant } from './times.js';

const share = decimal.nullable().meta({ description: 'Fraction; null without liquidations.' });

export const summary = z
  .strictObject({
    events: count.meta({ description: 'Events of the service logs.' }),
    priceSets: count,
    degradedPriceSets: count,
    accounts: count,
    marginRuns: count,
    decisions: count.meta({ description: 'Assessments of accounts, the quiet ones included.' }),
    marginCalls: count,
    liquidations: count,
    slices: count,
    bankruptcies: count.meta({ description: 'Liquidations that asked the fund for a deficit.' }),
    withdrawalsSettled: count,
    withdrawalsRefused: count,
    restrictions: count,
    shortfall: decimal.meta({ description: 'Losses that nobody paid, USD.' }),
    fund: z.strictObject({ opening: decimal, closing: decimal }).meta({ description: 'USD.' }),
    fundDraws: count,
    takeOvers: count.meta({ description: 'By liquidity providers.' }),
    adl: count.meta({ description: 'Positions reduced by deleveraging.' }),
    calledFirstShare: share.meta({
      description: 'Of the liquidations, those that a call preceded by a minute or more.',
    }),
    calledQuarterHourShare: share.meta({ description: 'The same by a quarter of an hour or more.' }),
    callsWithoutLiquidation: count,
    medianLeadTimeSeconds: z.int().nullable().meta({ description: 'From the call to the liquidation.' }),
    clearing: instant,
    priceStatus: priceStatus.nullable().meta({ description: 'null before the first price set.' }),
    priceJumps: z
      .record(underlying, priceJump)
      .meta({ description: 'Of the newest price set, by underlying: where the sources stand and are not believed.' }),
    marks: z.record(z.string(), decimal).meta({ description: 'Of linear perpetuals, USD, by instrument.' }),
    states: z.record(accountMarginState, count).meta({ description: 'Accounts by state.' }),
    contracts: z
      .strictObject({
        listed: count,
        refused: count,
        expiries: count,
        deliveries: count,
        variations: count,
        surfaces: count,
        degradedSurfaces: count,
        degradedNow: count,
        optionPositions: count,
        premiumPaid: amountByAsset,
        portfolios: z.record(z.string(), count).meta({ description: 'Accounts by margin model.' }),
      })
      .optional()
      .meta({ description: 'Options, dated futures and inverse contracts; absent while none was ever listed.' }),
  })
  .meta({ id: 'Summary', description: 'What happened so far, in figures.' });
