import { CheckpointKey, CheckpointRejected } from '@ballast/event-log';
import { CheckpointFile } from './checkpoint-file.js';

const key = CheckpointKey.generate('ballast/test');
const stranger = CheckpointKey.generate('ballast/test');

const checkpoint = (log: string, size = 7) => ({
  house: 'ballast/test',
  log,
  incarnation: '9b2f1d3a-0000-4000-8000-000000000001',
  partitions: [
    {
      ...{ partition: 0, size, root: Buffer.alloc(32, 1), head: Buffer.alloc(32, 2) },
      ...{ blocks: 3, blockChain: Buffer.alloc(32, 3) },
    },
  ],
});

const written = CheckpointFile.text(key.verifierKey, [
  key.sign(checkpoint('margin')),
  key.sign(checkpoint('accounts')),
]);

describe('a checkpoint file', () => {
  it('is read as it was written, log by log', () => {
    expect(CheckpointFile.parse(written).checkpoints).toEqual([checkpoint('margin'), checkpoint('accounts')]);
  });

  it('may have lost or got a line feed at its end', () => {
    expect(CheckpointFile.parse(written.trimEnd()).checkpoints).toHaveLength(2);
    expect(CheckpointFile.parse(`${written}\n\n`).checkpoints).toHaveLength(2);
  });

  it.each([
    ['nothing', '', 'not a file made by ballast checkpoint'],
    ['another file', '{"log":"margin"}', 'not a file made by ballast checkpoint'],
    ['a file without checkpoints', CheckpointFile.text(key.verifierKey, []), 'the file holds no checkpoint'],
    ['no key', written.replace(key.verifierKey, ''), 'not a verifier key'],
    ['the key of somebody else', written.replace(key.verifierKey, stranger.verifierKey), 'did not sign'],
    ['a note of somebody else', written + '\n' + stranger.sign(checkpoint('pricing')), 'did not sign'],
    ['another size', written.replace('\n0 7 ', '\n0 8 '), 'did not sign'],
    ['another log', written.replace('accounts', 'liquidation'), 'did not sign'],
    ['half of a note, which it names', written.slice(0, -20), /the checkpoint of ballast\/\S+: .* get the file again/],
  ])('is refused with %s', (_, text, why) => {
    const parse = (): unknown => CheckpointFile.parse(text);
    expect(parse).toThrow(CheckpointRejected);
    expect(parse).toThrow(why);
  });

  it('is believed when the key that is pinned signed it, or handed over to the one that did [CLR-LOG-039]', () => {
    const [second, third] = [CheckpointKey.generate('ballast/test'), CheckpointKey.generate('ballast/test')];
    const successions = [key.handOver(second.verifierKey), second.handOver(third.verifierKey)];
    const text = CheckpointFile.text(third.verifierKey, [third.sign(checkpoint('margin'))], successions);
    for (const pinned of [undefined, key.verifierKey, second.verifierKey, third.verifierKey]) {
      expect(CheckpointFile.parse(text, pinned).verifierKey).toBe(third.verifierKey);
    }
    const parse =
      (pinned: string, from = text) =>
      (): unknown =>
        CheckpointFile.parse(from, pinned);
    expect(parse(stranger.verifierKey)).toThrow('nor its successor');
    expect(parse(key.verifierKey, text.replace(successions[1] as string, ''))).toThrow('nor its successor');
    // A fresh key signs anew, with a statement of its own making.
    const forged = CheckpointFile.text(
      stranger.verifierKey,
      [stranger.sign(checkpoint('margin', 8))],
      [stranger.handOver(stranger.verifierKey)],
    );
    expect(parse(key.verifierKey, forged)).toThrow(CheckpointRejected);
  });

  it('is refused when any character of a note was changed', () => {
    const notes = written.indexOf('\n') + 2;
    for (let at = notes; at < written.length - 1; at += 5) {
      const changed = written.slice(0, at) + (written[at] === 'A' ? 'B' : 'A') + written.slice(at + 1);
      expect(() => CheckpointFile.parse(changed)).toThrow(CheckpointRejected);
    }
  });
});
