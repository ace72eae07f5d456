import 'reflect-metadata';
import type { IncomingMessage } from 'node:http';
import { parse as parseQuery } from 'node:querystring';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import { NestLogger, type Logger } from '@ballast/observability';
import { refuseWritesWhen } from './closing.js';
import { sayWhatMayBeKept } from './conditional.middleware.js';
import { serveConsole } from './console-files.js';
import { SaysLocation } from './location.interceptor.js';
import { LongAnswer } from './long-answer.interceptor.js';
import { openApiDocument } from './open-api.js';
import { requireOwnOrigin } from './own-origin.middleware.js';
import { PageTag } from './page-tag.interceptor.js';
import { AskAgain } from './ask-again.interceptor.js';
import { ProblemFilter } from './problem.js';
import { StrictRequest } from './strict-request.guard.js';
import { RestModule, type RestParts } from './rest.module.js';
import { requireToken } from './token.middleware.js';
import { WrittenTimes } from './written-times.js';

export interface RestAppOptions extends RestParts {
  readonly logger: Logger;
  /** Asked of every request when it is given. */
  readonly token: string | undefined;
}

const LARGEST_BODY = '256kb';
/** Whole books of somebody else: some 50,000 lines. */
const LARGEST_BOOKS = '4mb';

/** Builds the HTTP interface; the caller listens and closes. */
export async function createRestApp(options: RestAppOptions): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(RestModule.over(options), {
    logger: new NestLogger(options.logger),
    bodyParser: false,
    rawBody: true,
    abortOnError: false,
  });
  app.disable('x-powered-by');
  app.set('etag', 'strong');
  app.set('query parser', allOfQuery);
  if (options.token === undefined) app.use(requireOwnOrigin());
  // The page itself holds nothing that needs a token; what it asks for does.
  serveConsole(app);
  app.use(sayWhatMayBeKept());
  // Before anything is read of a request that has no right to be here.
  if (options.token !== undefined) app.use(requireToken(options.token));
  app.use(refuseWritesWhen(options.closing));
  app.useBodyParser('json', { limit: LARGEST_BOOKS, type: holdsBooks });
  app.useBodyParser('json', { limit: LARGEST_BODY });
  app.useGlobalFilters(
    new ProblemFilter(
      (error) => options.logger.error({ err: error }, 'a request failed unexpectedly'),
      (error) => options.clearing.store.questionFailed(error),
    ),
  );
  app.useGlobalInterceptors(
    new LongAnswer(),
    new AskAgain(options.clearing.store),
    new SaysLocation(),
    new PageTag(),
    new WrittenTimes(),
  );
  const strictRequest = new StrictRequest();
  app.useGlobalGuards(strictRequest);
  const document = openApiDocument(app, options.token !== undefined);
  strictRequest.learn(document);
  SwaggerModule.setup('docs', app, document, {
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
    customSiteTitle: 'Ballast: the interface',
  });
  return app;
}

/** Every parameter: left to itself the parser reads no more than a thousand, and what comes behind is ignored. */
const allOfQuery = (query: string): object => parseQuery(query, '&', '=', { maxKeys: 0 });

const BOOKS_PATHS = ['/reconciliations/', '/book-imports'];

const holdsBooks = ({ url, headers }: IncomingMessage): boolean =>
  BOOKS_PATHS.some((path) => url?.startsWith(path) === true) &&
  headers['content-type']?.startsWith('application/json') === true;
