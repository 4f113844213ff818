import { Router } from 'express';
import { parseContract } from '../documentation/contract.ts';
import { contractPage } from '../documentation/contract-page.ts';
import { CONTENT_SECURITY_POLICY, html, page, prose } from '../documentation/html.ts';

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
  const router = Router();
  const docs = contractPage(parseContract(openapiYaml));

  router.get('/openapi.yaml', (_req, res) => {
    res.type('application/yaml').send(openapiYaml);
  });

  router.get('/docs', (_req, res) => {
    res.set('Content-Security-Policy', CONTENT_SECURITY_POLICY).type('html').send(docs);
  });

  router.get('/problems/:code', (req, res, next) => {
    const { code } = req.params;
    const kind = Object.hasOwn(problems, code) ? problems[code] : undefined;
    if (!kind) {
      next();
      return;
    }
    const text = problemPage(code, kind);
    res.set('Content-Security-Policy', CONTENT_SECURITY_POLICY).type('html').send(text);
  });

  return router;
}

function problemPage(code: string, { status, title, explanation }: ProblemKind): string {
  const body = html`<h1>${title}</h1>
<p>Code <code>${code}</code>, status ${status}.</p>
${prose(explanation)}
<p><a href="/docs">All of the API</a></p>`;
  return page(title, body);
}
