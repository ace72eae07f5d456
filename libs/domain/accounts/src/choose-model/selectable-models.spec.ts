import { marginModelOf } from '@ballast/venue-rules';
import { bundled } from '../accounts.fixtures.js';
import { SELECTABLE_MODEL_DOCUMENTS } from './selectable-models.js';

const entry = { model: 'adaptive-portfolio@1', reason: 'the model of the house' };

describe('the models that owners may choose [CLR-ACC-033]', () => {
  it('are, as bundled, models that margin knows', () => {
    const { models } = bundled('selectable-models') as { models: { model: string }[] };
    const offered = ['adaptive-portfolio@1', 'derive-portfolio@2', 'deribit-portfolio@1', 'span-like@1'];
    expect(models.map(({ model }) => marginModelOf(model).id)).toEqual(offered);
  });

  it.each<[string, unknown, string]>([
    ['nothing', {}, 'models: write a list of 1 to 100 entries'],
    ['no list', { models: 'adaptive-portfolio@1' }, 'models: write a list of 1 to 100 entries'],
    ['an empty list', { models: [] }, 'models: write a list of 1 to 100 entries'],
    [
      'a name without a version',
      { models: [{ ...entry, model: 'adaptive' }] },
      'models[0].model: write <name>@<version>',
    ],
    ['a choice without a reason', { models: [{ ...entry, reason: '' }] }, 'models[0].reason: write at least one'],
    ['one model twice', { models: [entry, entry] }, 'models[1].model: list adaptive-portfolio@1 once'],
    ['more than is asked', { models: [{ ...entry, floor: '1' }] }, 'models[0].floor: leave it out'],
  ])('cannot be given with %s', (_what, body, defect) => {
    expect(SELECTABLE_MODEL_DOCUMENTS.defects('selectable-models-default@2', body).join('\n')).toContain(defect);
  });
});
