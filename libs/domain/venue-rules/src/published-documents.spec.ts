import { describe, expect, it } from '@jest/globals';
import { parameterHash } from '@ballast/margin-models';
import { MARGIN_MODELS } from './margin-models.js';

/** Decisions name the id of a document, so what stands under an id never changes; a changed document gets a new id and an entry here. */
const PUBLISHED: Readonly<Record<string, string>> = {
  'adaptive-portfolio-2026-11@2': 'd733d171a61108b80690e9206ba3d30bde8a4c5966007c8cc1d6166fa13dfcd9',
  'scenario-2026-11@1': 'bc204ad66041e62d2cd433df8603f422b777323892a8881a697bc575deea80d8',
  'span-like-2026-11@1': 'a32a9fb56d3c69eb3d53ef29bd7db8742f32a47bb2b9caf2132ecdcd131d5624',
  'deribit-standard-2026-02@1': '3b572a96718144cf25e804c6efa9c089b5522cc63190f14bcfa2a4bbaedf06fc',
  'deribit-portfolio-2026-02@1': 'd99c08853a9f7c8be6b6b1fa0efd8e44f3ec55baa4ae7e3537e7387077a97a74',
  'derive-standard-2026-01@1': 'ae4733069774b27bff3dbc9322f35cb6bd9f57b74f1e350429481f2a56218633',
  'derive-portfolio-v1-2026-01@1': '53a069d1d2c573f0dd79d0708aa65940a6b37a97af4141d54cf5aa5039e4027d',
  'derive-portfolio-v2-2026-01@1': '85b7261747041e65b825c890233ec78004c08974ca860d03c2a8b97a9e20a901',
  'okx-depeg-2025-10@1': '991c9eae4d99b94535b584514a16d85d9b783f2769baff60bcd113e76f630618',
  'reg-t-option-2026-11@1': 'd0c6ee1e2458b8b56690444ca348551184df5d96d80caedab5a6c28f55e618e5',
  'binance-tiered-2021-03@1': '88036ea54bdced656211caa0eabab248015fab587d8f463e282ac97713d0573d',
  'bybit-tiered-2025-11@1': 'd7e8df623fa13981a13e5ca65877b95ecd15d5a188713797a3704f65ce1e91ab',
  'hyperliquid-tiered-2026-09@1': '915b1bb755ea9b1ce1bb4f18204218b9bde8fbd3dcd57683fbee0337712af8a1',
  'dydx-fraction-2026-03@1': '34453c3c5fc53b1482a47fcd1b8da652b86ea55ceabe9accca054c7ace775df0',
  'drift-size-adjusted-2026-04@1': '9babe2bf502843bd03b686a58a7b3f48b94764a2a4f2ab599386a5aa9bc20ce2',
  'mango-health-2026-11@1': '17b08ce42b0242e1d463e9213cb438726ef392b3782131d6e2f2cbcb9e4dbb07',
  'vega-ladder-2026-11@1': '45ee87f96af283fac6c848b53321509d579fd798381086b6d7ede77348fbef99',
};

describe('a published parameter document', () => {
  it.each(MARGIN_MODELS.map(({ defaultParameters }) => [defaultParameters.id, defaultParameters.document] as const))(
    '%s is what was published under that id',
    (id, document) => {
      expect(parameterHash(document)).toBe(PUBLISHED[id]);
    },
  );
});
