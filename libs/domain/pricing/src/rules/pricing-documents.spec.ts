import { documentHash } from '@ballast/documents/testing';
import { GLOBAL, PartitionMachine, type CommandResult, type LogEntry } from '@ballast/event-sourcing';
import type { DocumentCommands } from '@ballast/facts';
import { instantOf } from '@ballast/kernel';
import { QuoteTape, openedMachine, payloadsOf, priced, threeVenues } from '../pricing.fixtures.js';
import { pricingProcess } from '../pricing.process.js';
import { PRICING_CHECKS } from './pricing-documents.js';
import { BUNDLED_DOCUMENTS, BUNDLED_RULES, anOpening, rulesWith } from './pricing-rules.fixtures.js';
import { PRICING_RULES, markBand, sourceRules, startVolatility } from './pricing-rules.js';

const NINE = instantOf('2026-03-01T09:00:00Z');
const bodyOf = (kind: string): object => BUNDLED_DOCUMENTS.find((document) => document.kind === kind)?.body as object;
const defectsOf = (body: unknown): readonly string[] => PRICING_RULES.defects('pricing-rules@2', body);

/** Paths of all figures of a body. */
function figuresOf(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([name, field]) => figuresOf(field, [...path, name]));
}

function withFigure(path: readonly string[], figure: unknown): unknown {
  const copy = structuredClone(bodyOf('pricing-rules')) as Record<string, unknown>;
  let fields = copy;
  for (const name of path.slice(0, -1)) fields = fields[name] as Record<string, unknown>;
  fields[path.at(-1) as string] = figure;
  return copy;
}

describe('the pricing rules [CLR-PRC-070]', () => {
  const paths = figuresOf(bodyOf('pricing-rules')).filter((path) => !path.includes('excludedBecause'));

  it('of the bundled setting are sound, as is every document', () => {
    expect(BUNDLED_DOCUMENTS.map(({ kind }) => kind).sort()).toEqual(Object.keys(PRICING_CHECKS).sort());
    for (const { kind, id, body } of BUNDLED_DOCUMENTS) expect(PRICING_CHECKS[kind]?.(id, body)).toEqual([]);
  });

  it.each(paths.map((path) => [path.join('.'), path] as const))('refuse a %s that is no figure', (name, path) => {
    for (const none of ['NaN', 'Infinity', '1e-3', null, undefined, Number.NaN, 0.5, {}, '-99999']) {
      expect(defectsOf(withFigure(path, none))[0]).toContain(`${name}: write a`);
    }
  });

  it.each<[string, readonly string[], unknown, string]>([
    ['a weight of one and more', ['mark', 'basisWeight', 'numerator'], 31, 'mark.basisWeight.numerator: write less'],
    ['a fast memory that is the slower', ['volatility', 'fastHalfLifeMs'], 864_000_001, 'volatility.fastHalfLifeMs'],
    ['digits that cut a price to zero', ['digits', 'price'], 3, 'digits.price: write at least the digits'],
    [
      'a band for what is no linear perpetual',
      ['mark', 'bandExceptions'],
      { 'BTC-27MAR26': '0.1' },
      'mark.bandExceptions.',
    ],
    [
      'an exception of an unknown figure',
      ['sourceExceptions'],
      { 'BTC/a': { colour: 1 } },
      'sourceExceptions.BTC/a.colour',
    ],
    [
      'a source without an underlying',
      ['sourceExceptions'],
      { a: {} },
      'sourceExceptions.a: write <underlying>/<venue>',
    ],
  ])('refuse %s', (_what, path, figure, expected) => {
    expect(defectsOf(withFigure(path, figure))[0]).toContain(expected);
  });

  it('hold for everything but their exceptions', () => {
    const rules = rulesWith({
      sourceExceptions: { 'BTC/a': { weight: '2' } },
      mark: { ...BUNDLED_RULES.mark, bandExceptions: { 'DOGE-PERP': '0.05' } },
    });
    expect([sourceRules(rules, 'BTC', 'a').weight, sourceRules(rules, 'ETH', 'a').weight]).toEqual(['2', '1']);
    expect(sourceRules(rules, 'BTC', 'a').staleAfterMs).toBe(90_000);
    expect([markBand(rules, 'BTC-PERP'), markBand(rules, 'DOGE-PERP')]).toEqual(['0.01', '0.05']);
    expect([startVolatility(rules, 'BTC'), startVolatility(rules, 'DOGE')]).toEqual(['0.03', '0.1']);
  });
});

describe('the log of pricing [CLR-PRC-070]', () => {
  it('begins with its documents and the release', () => {
    const machine = new PartitionMachine(pricingProcess, GLOBAL, 8);
    machine.open(anOpening());
    const { events } = machine.drain();
    expect(events.map(({ type }) => type)).toEqual(['DocumentsEstablished', 'ReleaseInForce']);
    machine.open(anOpening());
    expect(machine.drain().events).toEqual([]);
  });

  it('is not opened with rules that nothing can be priced by', () => {
    const open = (documents: typeof BUNDLED_DOCUMENTS) => () => {
      const opening = anOpening();
      new PartitionMachine(pricingProcess, GLOBAL, 8).open({ ...opening, genesis: { ...opening.genesis, documents } });
    };
    expect(open([])).toThrow('pricing begins with one pricing-rules, not with 0');
    const unsound = BUNDLED_DOCUMENTS.map((document) => {
      if (document.kind !== 'pricing-rules') return document;
      const body = withFigure(['index', 'clamp'], 'NaN');
      return { ...document, body, hash: documentHash(body) };
    });
    expect(open(unsound)).toThrow('pricing-rules pricing-rules@1: index.clamp: write a decimal');
  });
});

describe('a change of the rules [CLR-PRC-070]', () => {
  const command = <Type extends keyof DocumentCommands>(
    position: number,
    type: Type,
    payload: DocumentCommands[Type],
    actor: string,
  ): LogEntry => ({
    log: 'pricing.commands',
    partition: GLOBAL,
    position,
    id: `command-${position}`,
    stream: 'commands',
    version: position,
    type,
    schemaVersion: 1,
    time: { clearing: NINE, hop: 0 },
    cause: { kind: 'command', id: `command-${position}` },
    basis: [],
    correlation: '',
    actor,
    payload,
  });

  /** Proposes a body of a kind as ann; ben approves. */
  const changed = (kind: string, id: string, body: unknown) => {
    const machine = openedMachine();
    const propose = { proposalId: 'p-1', kind, id, body, reason: 'a wider clamp' };
    const answers: (CommandResult | undefined)[] = [
      machine.accept(command(1, 'ProposeDocument', propose, 'ann')),
      machine.accept(command(2, 'ApproveDocument', { proposalId: 'p-1' }, ' Ann ')),
      machine.accept(command(3, 'ApproveDocument', { proposalId: 'p-1' }, 'ben')),
    ];
    machine.drain();
    const run = (tape: QuoteTape) => {
      for (const entry of tape.entries) machine.accept(entry);
      return machine.drain().events;
    };
    return { answers: answers.map((answer) => (answer?.outcome === 'rejected' ? answer.code : 'accepted')), run };
  };

  const clamped = (): QuoteTape =>
    new QuoteTape(NINE).market(60, ['BTC']).quotes('BTC', { a: '7900', b: '7900', c: '8100' }).tick();

  it('counts from its approval by another person on', () => {
    const { answers, run } = changed('pricing-rules', 'pricing-rules@2', withFigure(['index', 'clamp'], '0.01'));
    expect(answers).toEqual(['accepted', 'proposer-may-not-approve', 'accepted']);
    const inputsOf = (events: readonly LogEntry[]) =>
      payloadsOf(events, 'PriceSetPublished')[0]?.underlyings['BTC']?.inputs.map(({ clamped: price }) => price);
    expect(inputsOf(run(clamped()))).toEqual(['7900', '7900', '7979']);
    expect(inputsOf(priced(clamped()).events)).toEqual(['7900', '7900', '7939.5']);
  });

  it('is refused when prices could not be computed by it', () => {
    const { answers } = changed('pricing-rules', 'pricing-rules@2', withFigure(['mark', 'band'], '1'));
    expect(answers).toEqual(['document-invalid', 'proposal-unknown', 'proposal-unknown']);
    expect(changed('fee-schedule', 'fees@2', {}).answers[0]).toBe('document-kind-unknown');
  });

  it('of the scenario set is published with the arrays: they carry its name and its scenarios', () => {
    const body = { ...bodyOf('scenario-set'), spotMoves: ['-0.1', '0', '0.1'], volatilityShocks: ['0'], tailMoves: [] };
    const { run } = changed('scenario-set', 'short-scenarios@1', body);
    const tape = new QuoteTape(NINE).market(60, ['BTC']).list('BTC-27MAR26').quotes('BTC', threeVenues('60000'));
    const [arrays] = payloadsOf(run(tape.contractBook('BTC-27MAR26', '60000').tick()), 'RiskArraysPublished');
    expect(arrays).toMatchObject({
      scenarioSet: 'short-scenarios@1',
      scenarios: [{ id: 'spot-0.1/vol+0' }, { id: 'spot+0/vol+0' }, { id: 'spot+0.1/vol+0' }],
      instruments: [{ values: ['-6000', '0', '6000'] }],
    });
  });
});
