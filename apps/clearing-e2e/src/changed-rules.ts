import { documentOf, type HouseRules } from '@ballast/documents';
import type { PartitionProcess } from '@ballast/event-sourcing';
import type { ServiceLog } from '@ballast/facts';
import type { ServiceDefinition } from '@ballast/partition-worker';
import { SERVICES } from '@ballast/services';

interface Ruled {
  readonly rules: HouseRules;
}

type Process = PartitionProcess<unknown>;

/** The service with both of its processes changed. */
export const changedService = (log: ServiceLog, change: (process: Process) => Process): ServiceDefinition => {
  const service = SERVICES.find((each) => each.log === log) as ServiceDefinition;
  const { numbered, global } = service;
  return {
    ...service,
    ...(numbered === undefined ? {} : { numbered: change(numbered) }),
    ...(global === undefined ? {} : { global: change(global) }),
  };
};

/**
 * A process for which a document says something else than it says in the log: it holds the figure that is written there, and decides
 * by the other one.
 */
export const readingAnother =
  (kind: string, id: string, body: unknown) =>
  (process: Process): Process => ({
    ...process,
    evolve(state, event) {
      process.evolve(state, event);
      if (event.type !== 'DocumentsEstablished') return;
      const { rules } = state as Ruled;
      const document = documentOf(rules, kind, id);
      if (document === undefined) throw new Error(`${kind} ${id} is not in the log`);
      rules.documents.set(`${kind} ${id}`, { ...document, body });
    },
  });

/** A copy of a body with one figure changed. */
export function withFigure(body: unknown, [name = '', ...rest]: readonly string[], figure: unknown): unknown {
  const changed = rest.length === 0 ? figure : withFigure((body as never)[name], rest, figure);
  return Array.isArray(body)
    ? body.map((entry: unknown, index) => (String(index) === name ? changed : entry))
    : { ...(body as object), [name]: changed };
}
