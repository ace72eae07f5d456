import { CheckpointKey } from '@ballast/event-log';
import { verifierKeyOf } from './file-text.js';

const { verifierKey } = CheckpointKey.generate('clearing.example/live');

describe('a verifier key on the command line [CLR-LOG-039]', () => {
  it('is taken without the blanks around it', async () => {
    await expect(verifierKeyOf(` ${verifierKey}\n`)).resolves.toBe(verifierKey);
  });

  it.each([
    ['cut short', verifierKey.slice(0, -4)],
    ['of another name', verifierKey.replace('live', 'test')],
  ])('is refused by the name of the option when it is %s', async (_, key) => {
    await expect(verifierKeyOf(key)).rejects.toThrow(`--key ${key} is no verifier key; give the whole text behind`);
  });
});
