import { documentHash, evolveRules, noRules } from '@ballast/documents';
import { text } from '@ballast/kernel';
import { POLICY } from './liquidation.fixtures.js';
import {
  LIQUIDATION_POLICY,
  largestSliceNotional,
  liquidationPolicyDefects,
  policyInForce,
  policyOf,
  readLiquidationPolicy,
} from './liquidation-policy.js';

const BODY = {
  theta: '0.8',
  psi: '1',
  sliceDurationMs: 300_000,
  minimumSliceNotional: '10000',
  highestBankruptcyPrice: '1000',
  newestSchedules: 64,
};
const document = (id: string, body: object = BODY) => ({
  kind: LIQUIDATION_POLICY,
  id,
  hash: documentHash(body),
  body,
});

describe('a liquidation policy [CLR-LIQ-001]', () => {
  it('is read into figures, and the reviewed one is without defects', () => {
    expect(liquidationPolicyDefects('p@1', BODY)).toEqual([]);
    expect(readLiquidationPolicy(document(POLICY.id))).toEqual(POLICY);
  });

  it.each`
    change                               | defect
    ${{ theta: '0' }}                    | ${'theta is "0"; write a fraction above 0 and below 1, such as "0.8"'}
    ${{ theta: '1' }}                    | ${'theta is "1"; write a fraction above 0 and below 1, such as "0.8"'}
    ${{ theta: 0.8 }}                    | ${'theta is 0.8; write a fraction above 0 and below 1, such as "0.8"'}
    ${{ psi: '1.1' }}                    | ${'psi is "1.1"; write a fraction from 0 to 1, such as "1"'}
    ${{ psi: '-0.1' }}                   | ${'psi is "-0.1"; write a fraction from 0 to 1, such as "1"'}
    ${{ psi: undefined }}                | ${'psi is missing; write a fraction from 0 to 1, such as "1"'}
    ${{ sliceDurationMs: 0 }}            | ${'sliceDurationMs is 0; write a whole number of milliseconds from 1 to 86400000'}
    ${{ sliceDurationMs: 1.5 }}          | ${'sliceDurationMs is 1.5; write a whole number of milliseconds from 1 to 86400000'}
    ${{ minimumSliceNotional: '1e4' }}   | ${'minimumSliceNotional is "1e4"; write an amount in USD of 0 or more, such as "10000"'}
    ${{ highestBankruptcyPrice: '0.9' }} | ${'highestBankruptcyPrice is "0.9"; write a multiple of the mark of 1 or more, such as "1000"'}
    ${{ newestSchedules: 65 }}           | ${'newestSchedules is 65; write a whole number of schedules from 1 to 64'}
    ${{ vega: '1' }}                     | ${'vega is no figure of a liquidation-policy; leave it out'}
  `('says: $defect', ({ change, defect }: { change: object; defect: string }) => {
    expect(liquidationPolicyDefects('p@1', { ...BODY, ...change })).toEqual([defect]);
  });

  it.each([[null], ['0.8'], [[]], [7]])('%j is none at all', (body) => {
    expect(liquidationPolicyDefects('p@1', body)).toEqual([
      'a liquidation-policy is a record with the fields theta, psi, sliceDurationMs, minimumSliceNotional, ' +
        'highestBankruptcyPrice, newestSchedules',
    ]);
  });

  it('takes bounds that are still allowed', () => {
    const bounds = {
      psi: '0',
      sliceDurationMs: 1,
      minimumSliceNotional: '0',
      highestBankruptcyPrice: '1',
      newestSchedules: 1,
    };
    expect(liquidationPolicyDefects('p@1', { ...BODY, ...bounds })).toEqual([]);
  });

  it('decides from its approval on, and stays known to what cites it', () => {
    const rules = noRules();
    evolveRules.DocumentsEstablished(rules, { author: 'ann', approver: 'ben', documents: [document('p@1')] });
    const document2 = document('p@2', { ...BODY, theta: '0.5' });
    evolveRules.DocumentProposed(rules, { proposalId: 'x', document: document2, reason: 'calmer' }, 'ann');
    expect(policyInForce(rules).id).toBe('p@1');
    evolveRules.DocumentApproved(rules, { proposalId: 'x', kind: LIQUIDATION_POLICY, id: 'p@2' });
    expect(text(policyInForce(rules).theta)).toBe('0.5');
    expect(text(policyOf(rules, 'p@1').theta)).toBe('0.8');
    expect(() => policyOf(rules, 'p@3')).toThrow('p@3 is no liquidation-policy of this log');
  });

  it('stops a partition whose log holds one that nobody could have approved', () => {
    expect(() => readLiquidationPolicy(document('p@9', { ...BODY, theta: '2' }))).toThrow('theta is "2"');
  });

  it('lets one order take what participation allows in its time', () => {
    const figures = { participation: '0.05', averageDailyVolume: '20000000000' };
    expect(text(largestSliceNotional(POLICY, figures).toDecimalPlaces(2))).toBe('3472222.22');
  });
});
