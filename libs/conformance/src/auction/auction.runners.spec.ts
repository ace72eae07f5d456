import fs from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { readCaseFile } from '../case-file.loader.js';
import { reportOf } from '../run-conformance.js';
import { auctionRunners } from './auction.runners.js';

const bundled = readCaseFile(
  'derive_auction.json',
  fs.readFileSync(new URL('../../cases/derive_auction.json', import.meta.url), 'utf8'),
);

const market = (forward: string, vol: string) => ({
  spot: '1500',
  spotConfidence: '1',
  stablePrice: '1',
  expiryFeeds: [{ expiryTime: '500400', forward, forwardConfidence: '1', rate: '0', rateConfidence: '1' }],
  vols: [vol],
});
const atHalfMinute = market('1500.833229340328329216', '1.047884508458193792');

/** Differences of cases with the bundled parameter sets. */
function failuresOf(...cases: object[]) {
  const content = readCaseFile('bids.json', JSON.stringify({ ...bundled, cases }));
  return reportOf([{ name: 'bids.json', content }], auctionRunners).kinds.flatMap(({ failures }) => failures);
}

describe('bids in turn on one account', () => {
  // Figures of Test5 in test/integration-tests/liquidation/PMRM_solvent.json of derivexyz/v2-core, commit
  // aa303333e1330b203701e4e6dff4505be02a02b9 (BUSL-1.1): the second share is of what the first left.
  it('come out as in the simulation of the venue: a tenth after 30 seconds, then 5/9 in the slow phase', () => {
    const simulation = {
      id: 'two_bids',
      kind: 'liquidation_simulation',
      params: { margin: 'pmrm1_liquidation', auction: 'auction_fast100' },
      inputs: {
        startTime: '0',
        cash: '200',
        options: [{ expiryTime: '500400', strike: '1500', isCall: true, amount: '-1' }],
        marketAtStart: market('1500.8332793109938176', '1.04788449408498624'),
      },
      actions: [
        {
          time: '30',
          market: atHalfMinute,
          percentWanted: '0.1',
          expected: {
            preMtm: '119.308718797352435712',
            preMaintenance: '-103.087867828868841472',
            preBuffer: '-147.567185154113110016',
            preMaxProportion: '0.571861527362324864',
            bidPricePaid: '11.047987360634836992',
            percentLiquidated: '0.1',
            postMtm: '118.425834278252019712',
            postMaintenance: '-81.731093685347155968',
            postBuffer: '-121.762479278066974720',
            postMaxProportion: '0.524290585958138816',
          },
        },
        {
          time: '600',
          market: market('1500.832279897993904128', '1.047884781550182784'),
          percentWanted: '0.555555555555555584',
          expected: {
            preMtm: '118.466691793233494016',
            preMaintenance: '-81.684028137284435968',
            preBuffer: '-121.714172123388018688',
            preMaxProportion: '0.5642405404660096',
            bidPricePaid: '46.083950358429671424',
            percentLiquidated: '0.555555555555555584',
            postMtm: '104.873584133552816128',
            postMaintenance: '15.91770860887817216',
            postBuffer: '-1.87346649605675008',
            postMaxProportion: '0.019541216048521428',
          },
        },
      ],
      tolerance: { absolute: '0.000000001' },
    };
    expect(failuresOf(simulation)).toEqual([]);
  });
});

describe('bids on an insolvent account', () => {
  const insolvent = (id: string, more: object, expected: object) => ({
    id,
    kind: 'insolvent_bid',
    params: { auction: 'auction_default' },
    inputs: { mtm: '-100', maintenance: '-300', elapsedSec: '12', percentWanted: '0.5', ...more },
    expected,
  });

  it('[CLR-LQM-004] are tagged as a loss of all when the security module cannot pay, and a solvent bid never is', () => {
    const solvent = {
      id: 'solvent',
      kind: 'solvent_bid',
      params: { auction: 'auction_default' },
      inputs: { mtm: '600', maintenance: '-100', elapsedSec: '12', percentWanted: '0.1' },
      expected: { socialisedLoss: false },
    };
    expect(
      failuresOf(
        insolvent('short', { securityModuleBalance: '50' }, { socialisedLoss: true }),
        insolvent('empty', { securityModuleBalance: '0' }, { socialisedLoss: true }),
        insolvent('just enough', { securityModuleBalance: '52' }, { socialisedLoss: false }),
        insolvent('no limit', {}, { socialisedLoss: false }),
        solvent,
      ),
    ).toEqual([]);
  });

  it('are paid by the security module and, beyond it, by all', () => {
    expect(
      failuresOf(
        insolvent('enough', { securityModuleBalance: '100' }, { cashToBidder: '52', socialised: '0' }),
        insolvent('short', { securityModuleBalance: '50' }, { paidBySecurityModule: '50', socialised: '2' }),
      ),
    ).toEqual([]);
  });
});
