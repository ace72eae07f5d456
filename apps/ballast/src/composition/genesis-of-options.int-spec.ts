import { fileURLToPath } from 'node:url';
import { MemoryLogStore } from '@ballast/event-log';
import { ClearingHouse } from '@ballast/services';
import { UsageError } from '../usage-error.js';
import { assertBegunSo, genesisOfOptions } from './genesis-of-options.js';
import type { RulesOptions } from './rules-options.js';

const bundledFolder = fileURLToPath(new URL('../../../../libs/house-documents/documents', import.meta.url));
const BEGUN: RulesOptions = { documents: bundledFolder, author: 'ann', approver: 'ben' };

describe('rules that are named for logs which are there', () => {
  let house: ClearingHouse;
  beforeAll(async () => {
    const genesis = genesisOfOptions(BEGUN);
    house = await ClearingHouse.open({ store: new MemoryLogStore(), partitions: 1, worker: 'w', genesis });
  }, 60_000);
  afterAll(() => house.rest());

  const said = (options: RulesOptions, change: object = {}): Promise<void> =>
    assertBegunSo(house.logs, options, (log) => ({ ...genesisOfOptions(options)(log), ...change }));

  it.each<[string, RulesOptions]>([
    ['none', {}],
    ['those that they began with', BEGUN],
    ['only who wrote them', { author: 'ann' }],
  ])('may be %s', async (_what, options) => {
    await expect(said(options)).resolves.toBeUndefined();
  });

  it.each<[string, RulesOptions, object, RegExp]>([
    ['other documents', BEGUN, { documents: [] }, /--documents: .* propose the change \(POST .rules.\w+.proposals/],
    ['another author', { author: 'carl', approver: 'ben' }, {}, /--author: the log of \w+ began otherwise/],
    ['another approver', { ...BEGUN, approver: 'carl' }, {}, /--approver: /],
  ])('are refused when they are %s', async (_what, options, change, message) => {
    await expect(said(options, change)).rejects.toThrow(UsageError);
    await expect(said(options, change)).rejects.toThrow(message);
  });
});
