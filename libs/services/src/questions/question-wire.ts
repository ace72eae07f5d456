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

export const answerText = (told: Told<unknown>): string => codec.encode(told);

export const readAnswer = <Answer>(text: string): Told<Answer> => {
  // A field that is undefined is left out of a text.
  const { answer, position, clearing } = codec.decode(text) as Told<Answer>;
  return { answer, position, clearing };
};
