import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { map, type Observable } from 'rxjs';
import { writerOf } from '@ballast/contracts';
import { answerSchemaOf } from './open-api.js';

/** Writes the times of every answer as its schema has them. */
export class WrittenTimes implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const schema = answerSchemaOf(context.getHandler());
    const write = schema && writerOf(schema);
    if (write === undefined) return next.handle();
    // Anything but an object is a file.
    return next
      .handle()
      .pipe(map((answer: unknown) => (typeof answer === 'object' && answer !== null ? write(answer) : answer)));
  }
}
