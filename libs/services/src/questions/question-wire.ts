import { setImmediate as breathe } from 'node:timers/promises';
import { StateCodec } from '@ballast/event-sourcing';
import type { Told } from './owners.js';

/** Type of a question's text between the processes of a house. */
export const QUESTION_TYPE = 'application/vnd.ballast.question+text';

/** A question on its way to the owner of a partition. */
export interface AskedQuestion {
  readonly name: string;
  readonly parameters: readonly unknown[];
}

// Answers hold decimals, maps and lists, as states do: they are written in the same way.
const codec = new StateCodec();

export const questionText = (question: AskedQuestion): string => codec.encode(question);

/** @throws Error on a text that is no question */
export function readQuestion(text: string): AskedQuestion {
  const { name, parameters } = codec.decode(text) as Partial<AskedQuestion>;
  if (typeof name !== 'string' || !Array.isArray(parameters)) throw new Error('is no question');
  return { name, parameters: parameters as readonly unknown[] };
}

/** Entries of a list from which on it is written apart. */
const LONG = 100;
/** Entries that are written, and read, in one turn. */
const PIECE = 16;

/** Entries of a long list of an answer, in the order of the list. */
interface Piece {
  readonly list: string;
  readonly entries: readonly unknown[];
}

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/**
 * The text of an answer: in its first line everything but long lists, in each line below some entries of one. Between two lines others
 * have their turn: an answer of megabytes (the grid of a what-if) holds up neither who decides nor who asked.
 * @see docs/spec/margin.md CLR-MRG-065
 */
export async function answerText({ answer, position, clearing }: Told<unknown>): Promise<string> {
  const long = isPlain(answer)
    ? Object.entries(answer).filter(
        (field): field is [string, readonly unknown[]] => Array.isArray(field[1]) && field[1].length > LONG,
      )
    : [];
  const short = long.length === 0 ? answer : { ...(answer as object), ...emptied(long) };
  const lines = [codec.encode({ answer: short, position, clearing })];
  for (const [list, all] of long) {
    for (let from = 0; from < all.length; from += PIECE) {
      await breathe();
      lines.push(codec.encode({ list, entries: all.slice(from, from + PIECE) } satisfies Piece));
    }
  }
  return lines.join('\n');
}

const emptied = (long: readonly (readonly [string, unknown])[]): object =>
  Object.fromEntries(long.map(([name]) => [name, []]));

export async function readAnswer<Answer>(text: string): Promise<Told<Answer>> {
  const [first = '', ...lines] = text.split('\n');
  // A field that is undefined is left out of a text.
  const { answer, position, clearing } = codec.decode(first) as Told<Answer>;
  for (const line of lines) {
    await breathe();
    const { list, entries } = codec.decode(line) as Piece;
    (answer as Record<string, unknown[]>)[list]?.push(...entries);
  }
  return { answer, position, clearing };
}
