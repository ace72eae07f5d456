/** Logs whose events are told about an account. */
export const EXPLAINED_LOGS = ['margin', 'liquidation', 'accounts'] as const;
export type ExplainedLog = (typeof EXPLAINED_LOGS)[number];

/** Where an event stands. */
export interface EventPlace {
  readonly log: ExplainedLog;
  readonly partition: number;
  readonly position: number;
}

/** As timelines print it and readers copy it: `margin/0#105`. */
export const placeText = ({ log, partition, position }: EventPlace): string => `${log}/${partition}#${position}`;

/** Reads what `placeText` wrote; undefined when it is no such place. */
export function readPlace(text: string): EventPlace | undefined {
  const match = /^(margin|liquidation|accounts)\/(0|[1-9]\d{0,3})#([1-9]\d{0,14})$/.exec(text);
  if (match === null) return undefined;
  const [, log, partition, position] = match;
  return { log: log as ExplainedLog, partition: Number(partition), position: Number(position) };
}
