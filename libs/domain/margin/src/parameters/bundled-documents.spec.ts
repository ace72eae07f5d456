import { documentOf, evolveRules, noRules } from '@ballast/documents';
import { genesisOf, readHouseDocuments } from '@ballast/house-documents';
import { GLOBAL, PartitionMachine, type HouseDocument } from '@ballast/event-sourcing';
import { marginModelOf } from '@ballast/venue-rules';
import { adaptivePortfolio } from '@ballast/margin-models';
import { COLLATERAL_DEFAULTS, readCollateralParameters } from '@ballast/margin-models/testing';
import type { ModelList } from '@ballast/facts/testing';
import { text } from '@ballast/kernel';
import { marginGlobalProcess } from '../schedule/margin-global.process.js';
import { initialMarginGlobalState } from '../schedule/margin-global.state.js';
import { marginDocumentChecks } from './document-checks.js';
import { MODEL_LIST } from './model-list.js';
import { MARGIN_PARAMETERS } from './parameter-figures.js';

const documents = readHouseDocuments();
const { documents: ofMargin } = genesisOf(documents, 'margin');
const documentNamed = (id: string): HouseDocument => ofMargin.find((document) => document.id === id) as HouseDocument;
const bodyOf = (id: string): unknown => documentNamed(id).body;

describe('the bundled rules of margin [CLR-MRG-001]', () => {
  it('pass every check that a proposal of them would', () => {
    const state = initialMarginGlobalState();
    const established = { author: 'genesis', approver: 'genesis' };
    evolveRules.DocumentsEstablished(state.rules, { ...established, documents: ofMargin });
    evolveRules.DocumentsEstablished(state.pricingRules, {
      ...established,
      documents: genesisOf(documents, 'pricing').documents,
    });
    const checks = marginDocumentChecks(state);
    for (const { kind, id, body } of ofMargin) expect([id, checks[kind]?.(id, body)]).toEqual([id, []]);
  });

  it.each([
    [
      'no parameters',
      (kind: string) => kind !== 'margin-parameters',
      /^margin begins with one margin-parameters, not with 0; give its file$/,
    ],
    [
      'a list of models that do not stand there',
      (kind: string) => kind !== 'model',
      /is no document of derive-portfolio@2 in force/,
    ],
  ])('are what a log begins with: %s stops its first writer', (_what, keep, message) => {
    const machine = new PartitionMachine(marginGlobalProcess, GLOBAL, 1);
    const genesis = { author: 'a', approver: 'b', documents: ofMargin.filter(({ kind }) => keep(kind)) };
    expect(() => machine.open({ release: 'ballast@1', build: '0'.repeat(64), genesis })).toThrow(message);
  });

  it('count collateral as the model says by itself, and tether beside it', () => {
    const { collateral } = MARGIN_PARAMETERS.of(documentNamed('avsl-default@1')).adaptive;
    const own = readCollateralParameters(COLLATERAL_DEFAULTS.document);
    expect([...collateral.assets.keys()]).toEqual([...own.assets.keys(), 'USDT']);
    for (const [asset, rule] of own.assets) expect([asset, collateral.assets.get(asset)]).toEqual([asset, rule]);
  });

  it('offer models with the parameters that the models publish', () => {
    const rules = noRules();
    evolveRules.DocumentsEstablished(rules, { author: 'genesis', approver: 'genesis', documents: ofMargin });
    const { models } = bodyOf('models-default@1') as ModelList;
    expect(models.map(({ model }) => model)).toEqual(['derive-portfolio@2', 'deribit-portfolio@1', 'span-like@1']);
    for (const { model, parameters } of models) {
      const { defaultParameters } = marginModelOf(model);
      expect(documentOf(rules, 'model', parameters)?.body).toEqual({ model, document: defaultParameters.document });
    }
  });

  it('are refused with a rate that the published scenarios do not reach (B1), wherever the house stands', () => {
    const state = initialMarginGlobalState();
    const { documents: ofPricing } = genesisOf(documents, 'pricing');
    evolveRules.DocumentsEstablished(state.pricingRules, { author: 'a', approver: 'b', documents: ofPricing });
    const body = bodyOf('avsl-default@1') as { underlyings: { BTC: object } };
    const wide = { ...body, underlyings: { ...body.underlyings, BTC: { ...body.underlyings.BTC, rateMax: '0.51' } } };
    const defects = marginDocumentChecks(state)[MARGIN_PARAMETERS.kind]?.('avsl-wide@1', wide);
    expect(defects).toMatchObject([
      expect.stringMatching(/^underlyings\.BTC\.rateMax: 0\.51 is wider .* end at 0\.5;/),
    ]);
  });

  it('let owners choose in accounts what margin offers, and the model of the house', () => {
    const { body } = genesisOf(documents, 'accounts').documents.find(({ kind }) => kind === 'selectable-models') ?? {};
    const { models } = bodyOf('models-default@1') as ModelList;
    const offered = [adaptivePortfolio.id, ...models.map(({ model }) => model)];
    expect((body as { models: { model: string }[] }).models.map(({ model }) => model)).toEqual(offered);
  });

  it('margin an underlying that they do not name at the highest rate, whatever its size', () => {
    const { unknown } = MARGIN_PARAMETERS.of(documentNamed('avsl-default@1'));
    expect([unknown.rateMin, unknown.rateMax].map(text)).toEqual(['0.5', '0.5']);
  });

  it('name a list only of models whose parameters stand in the log', () => {
    const state = initialMarginGlobalState();
    const [defect] = marginDocumentChecks(state)[MODEL_LIST.kind]?.('models@2', bodyOf('models-default@1')) ?? [];
    expect(defect).toMatch(
      /^models\[0\]\.parameters: .* is no document of derive-portfolio@2 in force; have one approved first$/,
    );
  });
});
