import type { CommandRecord, EventLine, EventTexts } from '@ballast/event-log';
import type { SealedEvent } from '@ballast/event-sourcing';
import { canonicalText, isoOf, type Instant } from '@ballast/kernel';

/** The first decision that does not come out as it is stored: the place, the field and both of its values. */
export interface Divergence {
  readonly log: string;
  readonly partition: number;
  readonly position: number;
  /** Type of the event or command; null when there is none on either side. */
  readonly type: string | null;
  /** Account it is about; null when it is about none, or about several. */
  readonly accountId: string | null;
  /** Clearing time of the event in the log, or of the one that is missing there. */
  readonly at: Instant | null;
  /** Path of the first field that differs, such as `payload.figures.call`; null when one side is not there at all. */
  readonly field: string | null;
  /** The difference in a few words. */
  readonly what: string;
  /** Canonical text of the field in the log; null when the log does not have it. */
  readonly logged: string | null;
  /** Canonical text of the field as it was decided again; null when it did not come out. */
  readonly replayed: string | null;
}

interface Place {
  readonly log: string;
  readonly partition: number;
  readonly position: number;
}

/** In the order in which a difference says most: another event, other reasons for it, other content, another id for the same. */
const COMPARED = [
  'type',
  'stream',
  'version',
  'schemaVersion',
  'causeText',
  'basisText',
  'correlation',
  'actor',
  'payloadText',
  'id',
] as const;

/** What comes behind the two events that are compared: by it an event too many or too few is told from a changed one. */
interface Following {
  readonly lines: readonly Pick<EventLine, 'text'>[];
  readonly replayed: readonly Pick<SealedEvent, 'id'>[];
}

/** Whether an event was decided as it stands in the log, byte for byte. */
export const isSame = (line: EventLine, again: SealedEvent): boolean =>
  again.position === line.position &&
  again.text === line.text &&
  again.hash.equals(line.hash) &&
  again.chain.equals(line.chain);

/** The first difference between an event of the log and the one that was decided at its place; undefined when none. */
export function differenceOf(
  place: Omit<Place, 'position'>,
  row: EventTexts,
  again: SealedEvent,
  following: Following,
): Divergence | undefined {
  if (again.position < row.position) return eventMissing(again);
  if (again.id !== row.id) {
    if (following.replayed.some(({ id }) => id === row.id)) return eventMissing(again);
    if (following.lines.some(({ text }) => idOf(text) === again.id)) {
      return eventNotDecided({ ...place, position: row.position }, row);
    }
  }
  const differs = (field: string, logged: string | null, replayed: string | null): Divergence => ({
    ...place,
    position: row.position,
    ...aboutRow(row),
    field,
    what: `${field} differs`,
    logged,
    replayed,
  });
  if (again.position > row.position) {
    return differs('position', String(row.position), String(again.position));
  }
  if (again.time.clearing !== row.clearing) {
    return differs('time.clearing', isoOf(row.clearing), isoOf(again.time.clearing));
  }
  if (again.time.hop !== row.hop) return differs('time.hop', String(row.hop), String(again.time.hop));
  const decided = textsOf(again);
  for (const column of COMPARED) {
    const [logged, replayed] = [row[column], decided[column]];
    if (logged === replayed) continue;
    const field = column.replace(/Text$/, '');
    const at = column.endsWith('Text') ? firstDifference(readJson(logged), readJson(replayed), field) : undefined;
    // Without one, two texts say the same in other words: one of them is not canonical.
    return at === undefined
      ? differs(field, textOf(logged), textOf(replayed))
      : differs(at.path, at.logged, at.replayed);
  }
  // What is left is the place that the text names: it stands where it belongs, and says another.
  if (again.text !== row.text) {
    const at = firstDifference(readJson(row.text), readJson(again.text), 'event');
    return at === undefined ? differs('text', row.text, again.text) : differs(at.path, at.logged, at.replayed);
  }
  if (!again.hash.equals(row.hash)) return differs('hash', row.hash.toString('hex'), again.hash.toString('hex'));
  if (!again.chain.equals(row.chain)) return differs('chain', row.chain.toString('hex'), again.chain.toString('hex'));
  return undefined;
}

const idOf = (text: string): unknown => (readJson(text) as { readonly id?: unknown } | null)?.id;

const textsOf = (event: SealedEvent) => ({
  ...event,
  causeText: canonicalText(event.cause),
  basisText: canonicalText(event.basis),
  payloadText: canonicalText(event.payload),
});

/** An event follows from the inputs that the log does not have where it belongs. */
export const eventMissing = ({ log, partition, position, type, time, payload }: SealedEvent): Divergence => ({
  log,
  partition,
  position,
  type,
  accountId: accountOf(payload),
  at: time.clearing,
  field: null,
  what: 'an event is missing in the log',
  logged: null,
  replayed: canonicalText(payload),
});

/** Nothing of a partition is there to be decided again. */
export const partitionMissing = (log: string, partition: number): Divergence => ({
  ...{ log, partition, position: 0 },
  ...{ type: null, accountId: null, at: null, field: null },
  what: 'the partition is missing',
  ...{ logged: null, replayed: null },
});

/** The log has an event that follows from none of its inputs. */
export const eventNotDecided = (place: Place, row: EventTexts): Divergence => ({
  ...place,
  ...aboutRow(row),
  field: null,
  what: 'the log has an event that does not follow from its inputs',
  logged: row.payloadText,
  replayed: null,
});

/** What the process or the machine refuses to take again, or cannot find. */
export const undecidable = (place: Place, row: EventTexts | null, why: string): Divergence => ({
  ...place,
  ...(row === null ? { type: null, accountId: null, at: null } : aboutRow(row)),
  field: null,
  what: `it can't be decided again: ${why}`,
  logged: row?.payloadText ?? null,
  replayed: null,
});

/** Another answer to a command than the stored one. */
export function answerDiffers(place: Place, record: CommandRecord, replayed: string | null): Divergence {
  const { commandId, type, clearing, resultText, bodyText } = record;
  const both = resultText !== null && replayed !== null;
  const at = both ? firstDifference(readJson(resultText), readJson(replayed), 'answer') : undefined;
  return {
    ...place,
    type,
    accountId: accountOf(readJson(bodyText)),
    at: clearing,
    field: at?.path ?? 'answer',
    what: `the answer to command ${commandId} differs`,
    logged: at === undefined ? resultText : at.logged,
    replayed: at === undefined ? replayed : at.replayed,
  };
}

interface Difference {
  readonly path: string;
  readonly logged: string | null;
  readonly replayed: string | null;
}

/** First leaf, in the order of the canonical text, that two JSON values do not share. */
function firstDifference(logged: unknown, replayed: unknown, path: string): Difference | undefined {
  if (isContainer(logged) && isContainer(replayed) && Array.isArray(logged) === Array.isArray(replayed)) {
    const keys = [...new Set([...Object.keys(logged), ...Object.keys(replayed)])];
    if (!Array.isArray(logged)) keys.sort();
    for (const key of keys) {
      const within = Array.isArray(logged) ? `${path}[${key}]` : `${path}.${key}`;
      const found = firstDifference(memberOf(logged, key), memberOf(replayed, key), within);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  const [left, right] = [textOf(logged), textOf(replayed)];
  return left === right ? undefined : { path, logged: left, replayed: right };
}

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null;

const memberOf = (container: object, key: string): unknown =>
  Object.hasOwn(container, key) ? (container as Record<string, unknown>)[key] : undefined;

/** A text that stands in JSON as it is read by people; what is not there is null here and `null` there. */
const textOf = (value: unknown): string | null =>
  value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value);

function readJson(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return text;
  }
}

const aboutRow = ({ type, clearing, payloadText }: EventTexts): Pick<Divergence, 'type' | 'accountId' | 'at'> => ({
  type,
  accountId: accountOf(readJson(payloadText)),
  at: clearing,
});

const accountOf = (payload: unknown): string | null => {
  const { accountId } = (payload ?? {}) as { readonly accountId?: unknown };
  return typeof accountId === 'string' ? accountId : null;
};

const LONGEST_VALUE = 160;

/** A divergence for a terminal: the field with both values, then where it is. */
export function divergenceText({ log, partition, position, type, accountId, at, ...difference }: Divergence): string {
  const { field, what, logged, replayed } = difference;
  const subject = field === null ? what : `${field}: log ${shortened(logged)}, replayed ${shortened(replayed)}`;
  const context = [
    `${log}/${partition}#${position}`,
    type,
    accountId,
    at === null ? null : `at ${isoOf(at)}`,
    field !== null && what !== `${field} differs` ? what : null,
  ];
  return `${subject}\n  in ${context.filter((part) => part !== null).join('  ')}`;
}

const shortened = (value: string | null): string => {
  if (value === null) return '(absent)';
  return value.length <= LONGEST_VALUE ? value : `${value.slice(0, LONGEST_VALUE)}... (${value.length} characters)`;
};
