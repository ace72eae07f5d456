import { invariant, isNobody, matches, REASON, subjectOf } from '@ballast/kernel';
import { figuresThatAreNone, type FiguresByField } from '@ballast/facts';
import type { LogPartition, Reading, SealedEvent } from '@ballast/event-sourcing';
import { blockAt } from '../block-at.js';
import { sealedEventsOf } from '../block.js';
import { LogRefused, type EventLog } from '../event-log.js';
import { correctionNoteText, correctionsIn, type CorrectionNote, type EventCorrection } from './correction-note.js';

/** A correction that must not be made so; the message says what to change. */
export class CorrectionRefused extends LogRefused {
  override readonly name = 'CorrectionRefused';
}

/** What somebody says of one event of a log. */
export interface CorrectionProposal {
  readonly partition: number;
  readonly position: number;
  readonly actor: string;
  readonly reason: string;
  readonly figures: FiguresByField;
}

/**
 * Says how an event is to be read that holds a figure which is none. A newer proposal takes the place of one that is not approved.
 * @throws CorrectionRefused when there is no such event, it holds no such figure, or the figures are not those that it lacks
 * @see docs/spec/event-log.md CLR-LOG-081
 */
export async function proposeCorrection(
  log: EventLog,
  { partition, position, actor, reason, figures }: CorrectionProposal,
): Promise<CorrectionNote> {
  const where = placeText({ log: log.name, partition }, position);
  if (isNobody(actor)) throw new CorrectionRefused(`${where}: nobody is named; name who proposes it`);
  if (!matches(REASON, reason)) throw new CorrectionRefused(`${where}: ${REASON.remedy}`);
  const event = await storedEvent(log, partition, position);
  if (event === undefined) throw new CorrectionRefused(`${where}: there is no such event`);
  const nones = figuresThatAreNone(event);
  if (nones.length === 0)
    throw new CorrectionRefused(`${where}: every figure of ${event.type} is one; nothing is read otherwise`);
  const fields = new Set(nones.map(({ field }) => field));
  const stranger = Object.keys(figures).find((field) => !fields.has(field));
  if (stranger !== undefined) {
    throw new CorrectionRefused(`${where}: ${stranger} holds no such figure; give one for ${[...fields].join(', ')}`);
  }
  for (const { field, form } of nones) {
    const figure = figures[field];
    if (figure === undefined) throw new CorrectionRefused(`${where}: a figure for ${field} is missing; give one`);
    if (!matches(form, figure))
      throw new CorrectionRefused(`${where}: ${field} can't be read as "${figure}"; ${form.remedy}`);
  }
  const note = {
    act: 'event-correction-proposed',
    ...{ actor, position, hash: event.hash.toString('hex'), figures, reason },
  } as const;
  await log.addNote(partition, (before) => {
    const done = correctionsIn(before).approved.get(position);
    if (done !== undefined) throw new CorrectionRefused(`${where}: ${correctionText(done)} already`);
    return correctionNoteText(note);
  });
  return note;
}

/**
 * Approves what another person proposed: from now on every reader of the log reads the event so.
 * @throws CorrectionRefused when nobody proposed it, the same person did, or it is approved already
 */
export async function approveCorrection(
  log: EventLog,
  { partition, position, actor }: Pick<CorrectionProposal, 'partition' | 'position' | 'actor'>,
): Promise<EventCorrection> {
  const where = placeText({ log: log.name, partition }, position);
  if (isNobody(actor)) throw new CorrectionRefused(`${where}: nobody is named; name who approves it`);
  let approved: EventCorrection | undefined;
  await log.addNote(partition, (before) => {
    const { proposed, approved: done } = correctionsIn(before);
    const present = done.get(position);
    if (present !== undefined) throw new CorrectionRefused(`${where}: ${correctionText(present)} already`);
    const proposal = proposed.get(position);
    if (proposal === undefined)
      throw new CorrectionRefused(`${where}: nobody proposed a correction; propose one first`);
    if (subjectOf(proposal.actor) === subjectOf(actor)) {
      throw new CorrectionRefused(`${where}: ${proposal.actor} proposed the correction; another person approves it`);
    }
    const note = correctionNoteText({ ...proposal, act: 'event-corrected', actor });
    approved = correctionsIn([...before, note]).approved.get(position);
    return note;
  });
  invariant(approved, `${where}: an approval approves nothing`);
  return approved;
}

/** For a copy of a log: what was said of an event that is to be added to it. */
export async function copyCorrection(log: EventLog, { partition, position, hash, readAs }: SealedEvent): Promise<void> {
  if (readAs === undefined) return;
  const { proposedBy, approvedBy, figures, reason } = readAs;
  const content = { position, hash: hash.toString('hex'), figures, reason };
  if (correctionsIn(await log.notes(partition)).approved.has(position)) return;
  await log.addNote(partition, () =>
    correctionNoteText({ act: 'event-correction-proposed', actor: proposedBy, ...content }),
  );
  await approveCorrection(log, { partition, position, actor: approvedBy });
}

/** What is read instead, and who said so. */
export function correctionText({ figures, proposedBy, approvedBy, reason }: Reading): string {
  const read = Object.entries(figures).map(([field, figure]) => `${field} is read as ${figure}`);
  return `${read.join(', ')}, as ${proposedBy} and ${approvedBy} have said: ${reason}`;
}

const placeText = ({ log, partition }: LogPartition, position: number): string =>
  `${log}/${partition} position ${position}`;

/** An event as it is stored, whatever it holds. */
async function storedEvent(log: EventLog, partition: number, position: number) {
  if (!(await log.heads()).some((head) => head.partition === partition)) return undefined;
  const block = await blockAt(log, partition, position);
  return block && sealedEventsOf(log.name, [block], position - 1, 1)[0];
}
