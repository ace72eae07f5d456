import { readHouseDocuments } from '@ballast/house-documents';
import { canonicalText, sha256 } from '@ballast/kernel';
import { documentsOf, parseRule, RuleError, withProviders } from './rule.js';

const bundled = readHouseDocuments();
const bodyOf = (name: string, kind: string, log: 'margin' | 'liquidation' | 'accounts' = 'margin'): unknown =>
  documentsOf(parseRule(name), bundled)[log].find((document) => document.kind === kind)?.body;

describe('a rule', () => {
  it('is the house’s own, a flat rate, or a model that is registered', () => {
    expect(parseRule('adaptive')).toMatchObject({ model: null, figures: new Map() });
    expect(parseRule('binance-tiered@1').model).toBe('binance-tiered@1');
    expect([...parseRule('flat:0.03').figures]).toEqual([
      ['rateMin', '0.03'],
      ['rateMax', '0.03'],
    ]);
  });

  it.each(['adaptiv', 'binance-tiered', 'flat', 'flat:3', 'adaptive:callMultiple', 'adaptive:callMultiple='])(
    'is refused as %s, with what to write',
    (name) => {
      expect(() => parseRule(name)).toThrow(RuleError);
      expect(() => parseRule(name)).toThrow(/such as/);
    },
  );

  it('changes nothing of the bundled documents where it says nothing', () => {
    expect(documentsOf(parseRule('adaptive'), bundled)).toEqual(bundled);
  });

  it('puts a figure into the margin parameters, into every underlying, or into the close-out policy, under a hash of its own', () => {
    const made = documentsOf(parseRule('adaptive:callMultiple=1.5:z=3:sliceDurationMs=60000'), bundled);
    const parameters = made.margin.find(({ kind }) => kind === 'margin-parameters')!;
    expect(parameters.body).toMatchObject({ callMultiple: '1.5', underlyings: { BTC: { z: '3' }, ETH: { z: '3' } } });
    expect(parameters.hash).toBe(sha256(canonicalText(parameters.body)).toString('hex'));
    expect(made.liquidation[0]?.body).toMatchObject({ sliceDurationMs: 60_000 });
  });

  it('says how much a liquidation closes, where the bundled policy leaves it out [CLR-LIQ-060]', () => {
    expect(bodyOf('flat:0.03:method=full', 'liquidation-policy', 'liquidation')).toMatchObject({ method: 'full' });
    expect(bodyOf('adaptive:method=by-share:orderShare=0.5', 'liquidation-policy', 'liquidation')).toMatchObject({
      ...{ method: 'by-share', orderShare: '0.5' },
    });
    expect(bodyOf('adaptive:method=by-share', 'liquidation-policy', 'liquidation')).toMatchObject({
      ...{ method: 'by-share', orderShare: '0.2' },
    });
    expect(bodyOf('adaptive:method=full', 'liquidation-policy', 'liquidation')).not.toHaveProperty('orderShare');
    expect(bodyOf('adaptive', 'liquidation-policy', 'liquidation')).not.toHaveProperty('method');
  });

  it('runs beside liquidity providers under a name that says so, with everything else as it is', () => {
    const body = { windowMs: 60_000, agreements: [] };
    const providers = { kind: 'liquidity-providers', id: 'liquidity-providers@1', hash: '0', body };
    const beside = withProviders(parseRule('flat:0.03'), providers);
    expect(beside.name).toBe('flat:0.03+providers');
    const [made, alone] = [documentsOf(beside, bundled), documentsOf(parseRule('flat:0.03'), bundled)];
    expect(made.liquidation).toContain(providers);
    expect({ ...made, liquidation: made.liquidation.filter((one) => one !== providers) }).toEqual(alone);
  });

  it('is one rate for everything when it is flat', () => {
    expect(bodyOf('flat:0.03', 'margin-parameters')).toMatchObject({
      underlyings: { BTC: { rateMin: '0.03', rateMax: '0.03' }, ETH: { rateMin: '0.03', rateMax: '0.03' } },
    });
  });

  it('offers a model to everybody, with its own parameters and without the floor of the house', () => {
    expect(bodyOf('binance-tiered@1', 'model-list')).toEqual({
      models: [
        {
          model: 'binance-tiered@1',
          parameters: 'compared-binance-tiered@1',
          entitlement: 'everyone',
          floorShare: '0',
        },
      ],
    });
    expect(bodyOf('binance-tiered@1', 'selectable-models', 'accounts')).toMatchObject({
      models: [{ model: 'binance-tiered@1' }],
    });
  });

  it('names the figure that no document has', () => {
    expect(() => documentsOf(parseRule('adaptive:courage=2'), bundled)).toThrow('courage');
  });
});
