import { z } from 'zod';

/** What the catalogue says of an event beside its fields. */
export interface EventText {
  /** Stream it stands in; also the key of its Kafka message. */
  readonly stream: string;
  /** When it is emitted and what it means, for a reader who knows none of the code. */
  readonly description: string;
}

/**
 * Schema of an event's or a command's payload: a strict object, so a field nobody knows is refused and never lost.
 * The text travels with the schema into docs/events.
 */
export const payload = <Shape extends z.core.$ZodLooseShape>(shape: Shape, { stream, description }: EventText) =>
  z.strictObject(shape).meta({ description, 'x-stream': stream });
