import { evolveRules, noRules, type HouseRules } from '@ballast/documents';
import { documentHash } from '@ballast/documents/testing';
import { dec, text } from '@ballast/kernel';
import { assetsWith, bundled } from '../accounts.fixtures.js';
import { ASSET_DOCUMENTS, assetDefects, keptAsset, minorUnitDigits, roundMoney } from './assets.js';

function rulesWith(body: unknown): HouseRules {
  const rules = noRules();
  const documents = [{ kind: 'assets', id: 'assets-default@1', hash: documentHash(body), body }];
  evolveRules.DocumentsEstablished(rules, { author: 'ann', approver: 'ben', documents });
  return rules;
}

const state = { rules: rulesWith(bundled('assets')) };
const usd = { minorUnitDigits: 2, depositsOpen: true, withdrawalsOpen: true };

describe('the assets of the house [CLR-ACC-003]', () => {
  it('are, as bundled, dollars and two stablecoins beside bitcoin and ether', () => {
    const digits = [...ASSET_DOCUMENTS.inForce(state.rules)].map(([asset, kept]) => [asset, kept.minorUnitDigits]);
    expect(digits).toEqual([
      ['BTC', 8],
      ['ETH', 8],
      ['USD', 2],
      ['USDC', 6],
      ['USDT', 6],
    ]);
  });

  it.each`
    amount           | asset     | rule        | rounded
    ${'0.0000019'}   | ${'USDC'} | ${'credit'} | ${'0.000001'}
    ${'-0.0000011'}  | ${'USDC'} | ${'credit'} | ${'-0.000002'}
    ${'0.0000011'}   | ${'USDT'} | ${'fee'}    | ${'0.000002'}
    ${'0.001'}       | ${'USD'}  | ${'fee'}    | ${'0.01'}
    ${'0.000000019'} | ${'BTC'}  | ${'credit'} | ${'0.00000001'}
  `('round $amount $asset as a $rule to $rounded [CLR-ACC-002]', ({ amount, asset, rule, rounded }) => {
    expect(text(roundMoney(state, dec(amount as string), asset as string, rule as 'credit' | 'fee'))).toBe(rounded);
  });

  it('have no minor unit where they are not kept', () => {
    expect(keptAsset(state, 'DOGE')).toBeUndefined();
    expect(() => minorUnitDigits(state, 'DOGE')).toThrow('DOGE is not kept');
  });

  it.each<[string, unknown, string]>([
    ['no record', 7, 'body: write a record of assets'],
    ['no list', { assets: [] }, 'assets: write a record'],
    ['an unknown field', { assets: { USD: usd }, more: 1 }, 'more: leave it out'],
    ['no dollars', { assets: { BTC: usd } }, 'assets.USD.minorUnitDigits: keep USD with 2 digits'],
    ['finer dollars', { assets: { USD: { ...usd, minorUnitDigits: 3 } } }, 'assets.USD.minorUnitDigits: keep USD'],
    ['a name that is none', { assets: { USD: usd, 'us dollar': usd } }, 'assets.us dollar: write an asset'],
    [
      'half a digit',
      { assets: { USD: usd, BTC: { ...usd, minorUnitDigits: 0.5 } } },
      'assets.BTC.minorUnitDigits: write',
    ],
    ['too many digits', { assets: { USD: usd, BTC: { ...usd, minorUnitDigits: 19 } } }, 'a whole number from 0 to 18'],
    ['a word for a flag', { assets: { USD: { ...usd, depositsOpen: 'yes' } } }, 'assets.USD.depositsOpen: write true'],
    ['terms that are none', { assets: { USD: usd, BTC: null } }, 'assets.BTC: write a record'],
  ])('cannot be given with %s', (_what, body, defect) => {
    expect(ASSET_DOCUMENTS.defects('assets-default@2', body).join('\n')).toContain(defect);
  });

  it('may get more, and be closed', () => {
    expect(assetDefects(state.rules, 'a@2', assetsWith('SOL', { minorUnitDigits: 9 }))).toEqual([]);
    expect(
      assetDefects(state.rules, 'a@2', assetsWith('ETH', { depositsOpen: false, withdrawalsOpen: false })),
    ).toEqual([]);
  });

  it('are never dropped and never counted in another unit, because somebody may hold them', () => {
    expect(assetDefects(state.rules, 'a@2', { assets: { USD: usd } })).toEqual(
      ['BTC', 'ETH', 'USDC', 'USDT'].map(
        (asset) => `assets.${asset}: a@2 drops it; close it with depositsOpen and withdrawalsOpen false`,
      ),
    );
    expect(assetDefects(state.rules, 'a@2', assetsWith('USDC', { minorUnitDigits: 8 }))).toEqual([
      'assets.USDC.minorUnitDigits: leave it at 6: amounts are booked in it',
    ]);
    expect(assetDefects(state.rules, 'a@2', null)[0]).toContain('write a record');
  });
});
