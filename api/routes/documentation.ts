import type { Response, Router } from 'express';
import { parseContract } from '../documentation/contract.ts';
import { contractPage } from '../documentation/contract-page.ts';
import { CONTENT_SECURITY_POLICY, html, page, prose } from '../documentation/html.ts';
import { onlyMethods } from '../methods.ts';
import { sendOctets } from '../send-octets.ts';
import { strictRouter } from '../strict-router.ts';

/** What a caller is told about one code of the problem table. */
export interface ProblemKind {
  readonly status: number;
  readonly title: string;
  readonly explanation: string;
}

/** What the pages are made from; both are fixed while the service runs. */
export interface DocumentationDeps {
  /** The text of `openapi.yaml`. */
  readonly openapiYaml: string;
  /** By code. */
  readonly problems: Readonly<Record<string, ProblemKind>>;
}

/** The contract as a file and as a page, and the pages that the `type` of each problem leads to. */
export function documentationRoutes({ openapiYaml, problems }: DocumentationDeps): Router {
  const router = strictRouter();
  // Octets that all answers share, however many of them nobody reads. Whoever asks first waits for the page to be made, a
  // quarter of a second; each start of each process would.
  let docs: Buffer | undefined;
  const contract = Buffer.from(openapiYaml);

  router
    .route('/openapi.yaml')
    .get((_req, res) => {
      sendOctets(res.type('application/yaml; charset=utf-8'), contract);
    })
    .all(onlyMethods('GET', 'HEAD'));

  router
    .route('/docs')
    .get((_req, res) => {
      docs ??= Buffer.from(contractPage(parseContract(openapiYaml)));
      sendPage(res, docs);
    })
    .all(onlyMethods('GET', 'HEAD'));

  router
    .route('/problems/:code')
    .get((req, res, next) => {
      const { code } = req.params;
      const kind = Object.hasOwn(problems, code) ? problems[code] : undefined;
      if (kind) sendPage(res, Buffer.from(problemPage(code, kind)));
      else next('router');
    })
    .all(onlyMethods('GET', 'HEAD'));

  return router;
}

function sendPage(res: Response, octets: Buffer): void {
  sendOctets(res.set('Content-Security-Policy', CONTENT_SECURITY_POLICY).type('html'), octets);
}

function problemPage(code: string, { status, title, explanation }: ProblemKind): string {
  const body = html`<h1>${title}</h1>
<p>Code <code>${code}</code>, status ${status}.</p>
${prose(explanation)}
<p><a href="/docs">All of the API</a></p>`;
  return page(title, body);
}
