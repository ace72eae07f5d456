import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { Request, Response } from 'express';
import { tap, type Observable } from 'rxjs';
import { addressAfter } from './open-api.js';

/** Says in the header Location where what was made or changed can be read. */
export class SaysLocation implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const address = addressAfter(context.getHandler());
    if (address === undefined) return next.handle();
    const http = context.switchToHttp();
    const { params } = http.getRequest<Request>();
    return next.handle().pipe(
      tap((answer: { readonly data?: Readonly<Record<string, unknown>> }) => {
        http.getResponse<Response>().location(filled(address, { ...params, ...answer.data }));
      }),
    );
  }
}

const filled = (address: string, names: Readonly<Record<string, unknown>>): string =>
  address.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(names[name])));
