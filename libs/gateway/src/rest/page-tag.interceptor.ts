import { createHash } from 'node:crypto';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { Response } from 'express';
import { tap, type Observable } from 'rxjs';

/** The ETag of a list stands for what it says, not for when: clearing time goes on while nothing in a list changes, so the tag is a weak one. */
export class PageTag implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      tap((answer: unknown) => {
        if (typeof answer !== 'object' || answer === null || !('items' in answer) || !('asOf' in answer)) return;
        const { asOf: _, ...said } = answer;
        const tag = createHash('sha256').update(JSON.stringify(said)).digest('base64url');
        context.switchToHttp().getResponse<Response>().setHeader('etag', `W/"${tag}"`);
      }),
    );
  }
}
