import {
  type Content,
  type Contract,
  type Example,
  METHODS,
  type Operation,
  type Parameter,
  type PathItem,
  type Response,
  resolved,
} from './contract.ts';
import { type Html, html, page, prose } from './html.ts';
import { memberTable, schemaAnchor, schemaLine } from './schema-view.ts';

/** An operation, and where it is found. */
interface Place {
  readonly method: string;
  readonly path: string;
  readonly item: PathItem;
  readonly operation: Operation;
}

/** The whole contract as one page: operations by tag, then the schemas that they name. */
export function contractPage(contract: Contract): string {
  const { info, tags, components } = contract;
  const places = placesOf(contract);
  const sections = tags.map(({ name, description }) => {
    const tagged = places.filter(({ operation }) => operation.tags.includes(name));
    return html`<section id="${name}">
<h2>${name}</h2>
${prose(description)}
${tagged.map((place) => operationView(contract, place))}
</section>
`;
  });
  const body = html`<h1>${info.title} ${info.version}</h1>
${prose(info.description)}
<p>The same as a file: <a href="/openapi.yaml">openapi.yaml</a></p>
<nav><ul>${places.map(contentsLine)}</ul></nav>
${sections}
<section id="schemas">
<h2>Schemas</h2>
${Object.entries(components.schemas).map(([name, schema]) => schemaView(name, schema))}
</section>
`;
  return page(`${info.title} ${info.version}`, body);
}

function placesOf({ paths }: Contract): readonly Place[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation ? [{ method, path, item, operation }] : [];
    }),
  );
}

function contentsLine({ method, path, operation }: Place): Html {
  const link = html`<a href="#${operation.operationId}"><span class="method">${method}</span> ${path}</a>`;
  return html`<li>${link} ${operation.summary}</li>
`;
}

function operationView(contract: Contract, place: Place): Html {
  const { method, path, item, operation } = place;
  const servers = (item.servers ?? contract.servers).map(({ url }) => url).join(', ');
  const isOpen = operation.security?.length === 0;
  const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])];
  const responses = Object.entries(operation.responses).map(([status, response]) =>
    responseView(contract, status, resolved<Response>(contract, response)),
  );
  return html`<article id="${operation.operationId}">
<h3><span class="method">${method}</span> <code>${path}</code></h3>
<p><strong>${operation.summary}.</strong> At ${servers}, ${isOpen ? 'without a token' : 'with a bearer token'}.</p>
${prose(operation.description)}
${parameterTable(parameters.map((parameter) => resolved<Parameter>(contract, parameter)))}
${requestView(contract, operation)}
<h4>Answers</h4>
<div class="scroll"><table><tbody>
${responses}</tbody></table></div>
</article>
`;
}

function parameterTable(parameters: readonly Parameter[]): Html {
  if (parameters.length === 0) return html``;
  const rows = parameters.map(
    ({ name, in: place, required, schema, description }) =>
      html`<tr><td><code>${name}</code> (${place}${required ? ', required' : ''})</td><td>${schemaLine(schema)}</td><td>${prose(description)}</td></tr>
`,
  );
  return html`<h4>Parameters</h4>
<div class="scroll"><table><tbody>
${rows}</tbody></table></div>
`;
}

function requestView(contract: Contract, { requestBody }: Operation): Html {
  if (!requestBody) return html``;
  return html`<h4>Body${requestBody.required ? '' : ' (optional)'}</h4>
${contentViews(contract, requestBody.content)}
`;
}

function responseView(contract: Contract, status: string, response: Response): Html {
  const headers = Object.keys(response.headers ?? {}).map((name) => html` <code>${name}</code>`);
  return html`<tr><td><strong>${status}</strong></td><td>${prose(response.description)}<p>Headers:${headers}</p>${contentViews(contract, response.content ?? {})}</td></tr>
`;
}

function contentViews(contract: Contract, content: Readonly<Record<string, Content>>): Html {
  const views = Object.entries(content).map(
    ([
      mediaType,
      { schema, example, examples = {} },
    ]) => html`<p><code>${mediaType}</code>: ${schemaLine(schema)}</p>
${memberTable(schema)}${example === undefined ? [] : [exampleView('Example', example)]}
${Object.entries(examples).map(([name, one]) => {
  const { summary, value } = resolved<Example>(contract, one);
  return exampleView(summary ?? `Example: ${name}`, value);
})}`,
  );
  return html`${views}`;
}

function exampleView(title: string, value: unknown): Html {
  const text = typeof value === 'string' ? value : JSON.stringify(value, undefined, 2);
  return html`<details><summary>${title}</summary><pre>${text}</pre></details>
`;
}

function schemaView(name: string, schema: Parameters<typeof schemaLine>[0]): Html {
  return html`<article id="${schemaAnchor(name)}">
<h3>${name}</h3>
${prose(schema.description)}
<p>${schemaLine(schema)}</p>
${memberTable(schema)}
</article>
`;
}
