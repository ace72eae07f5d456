import { evolveRules, noRules } from '@ballast/documents';
import { documentHash } from '@ballast/documents/testing';
import { text } from '@ballast/kernel';
import { POLICY } from './liquidation.fixtures.js';
import { LIQUIDATION_POLICY, largestSliceNotional, paceOf, policyInForce, policyOf } from './liquidation-policy.js';

const BODY = {
  method: 'to-target',
  theta: '0.8',
  psi: '1',
  sliceDurationMs: 60_000,
  paceMultiple: '5',
  mostMeasuredVolume: '4',
  leastMeasuredPace: '1',
  minimumSliceNotional: '2000',
  highestBankruptcyPrice: '1000',
  deleveragingDistance: '0.05',
  longestDeleveragingPause: 16,
  newestSchedules: 64,
};
/** Options are hedged only where a policy says so. */
const FIELDS = Object.keys(BODY)
  .join(', ')
  .replace('theta', 'orderShare, theta')
  .replace('newestSchedules', 'hedge, newestSchedules');
const document = (id: string, body: object = BODY) => ({
  kind: LIQUIDATION_POLICY.kind,
  id,
  hash: documentHash(body),
  body,
});

describe('a liquidation policy [CLR-LIQ-001]', () => {
  it('is read into figures, and the reviewed one is without defects', () => {
    expect(LIQUIDATION_POLICY.defects('p@1', BODY)).toEqual([]);
    expect(LIQUIDATION_POLICY.of(document(POLICY.id))).toEqual(POLICY);
  });

  it('closes to the target where it does not say how much [CLR-LIQ-060]', () => {
    const { method, ...silent } = BODY;
    expect(LIQUIDATION_POLICY.of(document('silent@1', silent))).toEqual(LIQUIDATION_POLICY.of(document('silent@1')));
    expect(LIQUIDATION_POLICY.of(document('all@1', { ...silent, method: 'full' })).method).not.toBe(method);
  });

  it('says the share of an order where it closes by shares, and nowhere else [CLR-LIQ-060]', () => {
    const byShare = { ...BODY, method: 'by-share', orderShare: '0.2' };
    expect(LIQUIDATION_POLICY.of(document('shares@1', byShare)).orderShare?.toString()).toBe('0.2');
    expect(LIQUIDATION_POLICY.of(document('silent@1')).orderShare).toBeNull();
  });

  const openShare = 'write a decimal above 0 below 1 as text in plain notation, such as "0.05"';
  const share = 'write a decimal from 0 to 1 as text in plain notation, such as "0.05"';

  it('hedges no options where it does not say how [CLR-LIQ-080]', () => {
    expect(LIQUIDATION_POLICY.of(document('silent@1')).hedge).toBeNull();
    expect(LIQUIDATION_POLICY.of(document('hedging@1', { ...BODY, hedge: { parts: 16 } })).hedge).toEqual({
      parts: 16,
    });
  });

  it.each`
    change                                     | defect
    ${{ method: 'at-once' }}                   | ${'method: write one of to-target, full, by-share'}
    ${{ method: 'by-share' }}                  | ${'orderShare: write the share of what is held that one order closes, or another method'}
    ${{ method: 'full', orderShare: '1' }}     | ${'orderShare: leave it out: it is of the method by-share'}
    ${{ orderShare: '0.2' }}                   | ${'orderShare: leave it out: it is of the method by-share'}
    ${{ method: 'by-share', orderShare: '0' }} | ${'orderShare: write a decimal above 0 up to 1 as text in plain notation, such as "0.05"'}
    ${{ theta: '0' }}                          | ${`theta: ${openShare}`}
    ${{ theta: '1' }}                          | ${`theta: ${openShare}`}
    ${{ theta: 0.8 }}                          | ${`theta: ${openShare}`}
    ${{ psi: '1.1' }}                          | ${`psi: ${share}`}
    ${{ psi: '-0.1' }}                         | ${`psi: ${share}`}
    ${{ psi: undefined }}                      | ${`psi: ${share}`}
    ${{ sliceDurationMs: 0 }}                  | ${'sliceDurationMs: write a whole number from 1 to 86400000'}
    ${{ sliceDurationMs: 1.5 }}                | ${'sliceDurationMs: write a whole number from 1 to 86400000'}
    ${{ paceMultiple: '0' }}                   | ${'paceMultiple: write a decimal above 0 as text in plain notation, such as "0.05"'}
    ${{ mostMeasuredVolume: '0.9' }}           | ${'mostMeasuredVolume: write a decimal from 1 to 100 as text in plain notation, such as "0.05"'}
    ${{ leastMeasuredPace: '0' }}              | ${'leastMeasuredPace: write a decimal above 0 up to 1 as text in plain notation, such as "0.05"'}
    ${{ minimumSliceNotional: '1e4' }}         | ${'minimumSliceNotional: write a decimal from 0 as text in plain notation, such as "0.05"'}
    ${{ highestBankruptcyPrice: '0.9' }}       | ${'highestBankruptcyPrice: write a decimal from 1 as text in plain notation, such as "0.05"'}
    ${{ deleveragingDistance: '0' }}           | ${'deleveragingDistance: write a decimal above 0 up to 1 as text in plain notation, such as "0.05"'}
    ${{ longestDeleveragingPause: 0 }}         | ${'longestDeleveragingPause: write a whole number from 1 to 1024'}
    ${{ newestSchedules: 65 }}                 | ${'newestSchedules: write a whole number from 1 to 64'}
    ${{ hedge: { parts: 0 } }}                 | ${'hedge.parts: write a whole number from 1 to 64'}
    ${{ hedge: {} }}                           | ${'hedge.parts: write a whole number from 1 to 64'}
    ${{ vega: '1' }}                           | ${`vega: leave it out; fields are ${FIELDS}`}
  `('says: $defect', ({ change, defect }: { change: object; defect: string }) => {
    expect(LIQUIDATION_POLICY.defects('p@1', { ...BODY, ...change })).toEqual([defect]);
  });

  it.each([[null], ['0.8'], [[]], [7]])('%j is none at all', (body) => {
    expect(LIQUIDATION_POLICY.defects('p@1', body)).toEqual([`body: write a record of ${FIELDS}`]);
  });

  it('takes bounds that are still allowed', () => {
    const bounds = {
      psi: '0',
      mostMeasuredVolume: '1',
      leastMeasuredPace: '1',
      sliceDurationMs: 1,
      minimumSliceNotional: '0',
      highestBankruptcyPrice: '1',
      deleveragingDistance: '1',
      longestDeleveragingPause: 1,
      newestSchedules: 1,
    };
    expect(LIQUIDATION_POLICY.defects('p@1', { ...BODY, ...bounds })).toEqual([]);
  });

  it('decides from its approval on, and stays known to what cites it', () => {
    const rules = noRules();
    evolveRules.DocumentsEstablished(rules, { author: 'ann', approver: 'ben', documents: [document('p@1')] });
    const document2 = document('p@2', { ...BODY, theta: '0.5' });
    evolveRules.DocumentProposed(rules, { proposalId: 'x', document: document2, reason: 'calmer' }, 'ann');
    expect(policyInForce(rules).id).toBe('p@1');
    evolveRules.DocumentApproved(rules, { proposalId: 'x', kind: LIQUIDATION_POLICY.kind, id: 'p@2' });
    expect(text(policyInForce(rules).theta)).toBe('0.5');
    expect(text(policyOf(rules, 'p@1').theta)).toBe('0.8');
    expect(() => policyOf(rules, 'p@3')).toThrow('liquidation-policy p@3 is cited, and does not stand in the log');
  });

  it('stops a partition whose log holds one that nobody could have approved', () => {
    expect(() => LIQUIDATION_POLICY.of(document('p@9', { ...BODY, theta: '2' }))).toThrow('theta: write');
  });

  it('lets one order take what participation allows in its time', () => {
    const figures = { participation: '0.05', averageDailyVolume: '20000000000' };
    expect(text(largestSliceNotional(POLICY, figures).toDecimalPlaces(2))).toBe('694444.44');
  });

  it('lets all cases of an instrument together take five times that in a minute [CLR-LIQ-038]', () => {
    expect(text(paceOf(POLICY, { participation: '0.05', averageDailyVolume: '20000000000' }))).toBe('3472222.22');
  });
});
