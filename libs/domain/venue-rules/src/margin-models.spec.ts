import { describe, expect, it } from '@jest/globals';
import { MARGIN_MODELS, marginModelOf } from './margin-models.js';

describe('the registry of margin models', () => {
  it.each(MARGIN_MODELS.map((model) => [model.id, model] as const))(
    '%s reads its own default parameters and says where its rule and figures come from',
    (id, model) => {
      expect(id).toMatch(/^[a-z0-9-]+@[1-9]\d*$/);
      expect(marginModelOf(id)).toBe(model);
      expect(model.levels.length).toBeGreaterThan(0);
      expect(model.defaultParameters.id).toMatch(/@[1-9]\d*$/);
      expect(() => model.readParameters(model.defaultParameters.document)).not.toThrow();
      expect(model.source.text).not.toBe('');
      expect(model.source.asOf).toMatch(/^\d{4}-\d\d-\d\d$/);
    },
  );

  it.each(MARGIN_MODELS.map((model) => [model.id, model] as const))(
    '%s asks nothing of an empty account',
    (_id, model) => {
      const market = {
        asOf: 0,
        underlyings: new Map(),
        expiries: new Map(),
        instruments: new Map(),
        collateral: new Map(),
      };
      const parameters = model.readParameters(model.defaultParameters.document);
      const { requirements } = model.assess({ collateral: [], positions: [], orders: [] }, market, parameters);
      expect(Object.keys(requirements).sort()).toEqual([...model.levels].sort());
      expect(Object.values(requirements).every((amount) => amount.isZero())).toBe(true);
    },
  );

  it('no id stands for two models', () => {
    expect(new Set(MARGIN_MODELS.map(({ id }) => id)).size).toBe(MARGIN_MODELS.length);
  });

  it('an unknown id is refused with the ids there are', () => {
    expect(() => marginModelOf('none@1')).toThrow(
      expect.objectContaining({
        code: 'unknown-margin-model',
        field: 'model',
        message: expect.stringContaining('vega-ladder@1'),
      }),
    );
  });
});
