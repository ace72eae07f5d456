import { verify } from '@ballast/audit';
import { MemoryLogStore, type LogDirectory } from '@ballast/event-log';
import type { MarginEvents } from '@ballast/facts';
import { dec, text } from '@ballast/kernel';
import { SHORT_WINDOW } from './ci-window.js';
import { runToEnd } from './clearing-run.js';
import { entriesOf, forgedCopy } from './rewrite-history.js';

type Triggered = MarginEvents['LiquidationTriggered'];

/** Raises the range that each underlying was moved over, and leaves the triggers out that may do so without notice. */
function raised(event: Triggered): Triggered {
  const { portfolio } = event.assessment;
  const more = (rate = '0'): string => text(dec(rate).plus('0.1'));
  const lines = portfolio.lines.map((line) => {
    if (line.code !== 'liquidation-level') return line;
    const { rangeDown, rangeUp, ...figures } = line.figures ?? {};
    return { ...line, figures: { ...figures, rangeDown: more(rangeDown), rangeUp: more(rangeUp) } };
  });
  return { ...event, triggers: [], assessment: { ...event.assessment, portfolio: { ...portfolio, lines } } };
}

describe('no surprise', () => {
  let logs: LogDirectory;
  let triggered: { partition: number; position: number; payload: unknown }[];

  beforeAll(async () => {
    logs = (await runToEnd(new MemoryLogStore(), SHORT_WINDOW)).logs;
    triggered = [];
    for (let partition = 0; partition < logs.partitions; partition++) {
      const entries = await entriesOf(logs.log('margin'), partition);
      triggered.push(...entries.filter(({ type }) => type === 'LiquidationTriggered'));
    }
  }, 120_000);

  it('is judged at every entry into LIQUIDATING', async () => {
    expect(triggered.length).toBeGreaterThan(0);
    expect(await verify(logs)).toMatchObject({ faults: [], liquidationsJudged: triggered.length });
  });

  it.each([
    {
      why: 'a rate that nobody had notice of',
      change: raised,
      what: /^surprise: rate-without-notice: (BTC|ETH) (long|short): .* above /,
    },
    {
      why: 'equity that was not below the requirement',
      change: ({ assessment, ...event }: Triggered): Triggered => ({
        ...event,
        assessment: { ...assessment, figures: { ...assessment.figures, equity: assessment.figures.liquidation } },
      }),
      what: /^surprise: equity-not-below-requirement/,
    },
  ])('is broken by $why, though every hash of the history is right', async ({ change, what }) => {
    const { partition, position } = triggered.at(-1)!;
    const payload = (original: unknown): Triggered => change(original as Triggered);
    const copy = await forgedCopy(logs, { log: 'margin', partition, position, payload });
    expect((await verify(copy)).faults[0]).toEqual({
      log: 'margin',
      partition,
      position,
      what: expect.stringMatching(what) as string,
    });
  });
});
