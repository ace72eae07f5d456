import { Readable } from 'node:stream';
import { setImmediate as breathe } from 'node:timers/promises';
import { StreamableFile, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { Request } from 'express';
import { map, type Observable } from 'rxjs';

/** Entries of a list from which on an answer is long; a page of a list is answered to a GET. */
const LONG = 100;
/** Characters that are written in one turn. */
const PIECE = 65_536;

/**
 * An answer of megabytes (the grid of a what-if) is written a piece at a time: between two pieces the clearing and every other
 * request have their turn. An answer to a GET is written whole: its ETag is made of all of it.
 * @see docs/spec/margin.md CLR-MRG-065
 */
export class LongAnswer implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.switchToHttp().getRequest<Request>().method !== 'POST') return next.handle();
    return next
      .handle()
      .pipe(
        map((answer: unknown) =>
          isLong(answer)
            ? new StreamableFile(Readable.from(inPieces(answer)), { type: 'application/json; charset=utf-8' })
            : answer,
        ),
      );
  }
}

const isLongList = (value: unknown): value is readonly unknown[] => Array.isArray(value) && value.length > LONG;

const isLong = (answer: unknown): answer is object =>
  typeof answer === 'object' && answer !== null && Object.values(answer).some(isLongList);

/** The text that `JSON.stringify` makes of an object, in pieces, each in a turn of its own. */
async function* inPieces(answer: object): AsyncGenerator<string, void> {
  let piece = '';
  for (const part of partsOf(answer)) {
    piece += part;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
    await breathe();
  }
  yield piece;
}

/** A field at a time, long lists an entry at a time. */
export function* partsOf(answer: object): Generator<string, void> {
  let before = '{';
  for (const [name, value] of Object.entries(answer)) {
    // As JSON has it: what is undefined is left out.
    if (value === undefined) continue;
    yield `${before}${JSON.stringify(name)}:`;
    before = ',';
    if (isLongList(value)) yield* entriesOf(value);
    else yield JSON.stringify(value);
  }
  yield before === '{' ? '{}' : '}';
}

function* entriesOf(list: readonly unknown[]): Generator<string, void> {
  let before = '[';
  for (const entry of list) {
    yield before + (JSON.stringify(entry) ?? 'null');
    before = ',';
  }
  yield ']';
}
