import { z } from 'zod';
import { nameFormFault } from '../../src/issuance/names.ts';
import type { GatewayPodsPlace, Served, ServedPlace } from '../../src/rotation/served-place.ts';
import { IN_PLAIN_WORDS } from '../judged.ts';
import { Context, Namespace } from './kubernetes-names.ts';

/** A host name as it is looked up and sent by SNI: letters, digits, hyphens and underscores, and no number at its end. */
const HOST_NAME =
  /^(?=.{1,253}$)([A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?\.)*(?!(\d+|0[Xx][\dA-Fa-f]*)$)[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?$/;

/** Each place costs handshakes at every pass. */
const MAX_PLACES = 16;
const MAX_PORT = 65_535;

/** A label's key, with a prefix or without, and its value (Kubernetes, *Labels and Selectors*). */
const LABEL_KEY =
  /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$/;
const MAX_LABELS = 16;

const [KEY, VALUE] = [LABEL_KEY, LABEL_VALUE].map(({ source }) => source.slice(1, -1));
const REQUIREMENT = `(!?${KEY}|${KEY} ?(=|==|!=) ?${VALUE}|${KEY} (in|notin) \\(${VALUE}(, ?${VALUE})*\\))`;
/** Such as `istio=ingressgateway,track in (stable, canary)`. */
const SELECTOR = new RegExp(`^${REQUIREMENT}(, ?${REQUIREMENT})*$`);
const MAX_SELECTOR_LENGTH = 1_024;

const HostName = z.string().regex(HOST_NAME, 'must be a DNS name, as A-labels');

const Host = z
  .string()
  .refine(
    (text) => HOST_NAME.test(text) || nameFormFault('ipAddresses', text) === undefined,
    'must be a DNS name, as A-labels, or an IP address',
  );

const Labels = z
  .custom<Readonly<Record<string, string>>>(isObject, 'must be labels, or a label selector as text')
  .superRefine((labels, context) => {
    const entries = Object.entries(labels as Readonly<Record<string, unknown>>);
    const addIssue = (message: string, ...path: string[]) =>
      context.addIssue({ code: 'custom', message, path });
    if (entries.length < 1 || entries.length > MAX_LABELS) {
      addIssue(`must have 1 to ${MAX_LABELS} labels`);
    }
    for (const [key, value] of entries) {
      if (!LABEL_KEY.test(key)) addIssue('is not the key of a label', key);
      const isValue = typeof value === 'string' && LABEL_VALUE.test(value);
      if (!isValue) addIssue('must be the value of a label', key);
    }
  });

const Selector = chosen<GatewayPodsPlace['selector']>((value) =>
  typeof value === 'string'
    ? z.string().max(MAX_SELECTOR_LENGTH).regex(SELECTOR, 'must be a label selector')
    : Labels,
);

const Port = z.int().min(1).max(MAX_PORT);

const GatewayPods = z.strictObject({
  kind: z.literal('gatewayPods'),
  context: Context.exactOptional(),
  namespace: Namespace,
  selector: Selector,
  port: Port,
  serverName: HostName.exactOptional(),
});

const Tcp = z.strictObject({
  host: Host,
  port: Port,
  serverName: HostName.exactOptional(),
  via: z.literal('tcp').default('tcp'),
});

const Place = chosen<ServedPlace>((value) =>
  isObject(value) && 'kind' in value ? GatewayPods : Tcp,
);

const Places = z.array(Place).min(1).max(MAX_PLACES, `has at most ${MAX_PLACES} members`);

/** Where a target is served: a list of places, or one set of gateway pods by itself. */
export const ServedBody = chosen<Served>((value) => (Array.isArray(value) ? Places : GatewayPods));

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One of several forms, judged by the one that is meant, so that every fault has its place. */
function chosen<T>(schemaFor: (value: unknown) => z.ZodType<T>) {
  return z.unknown().transform((value, context): T => {
    const parsed = schemaFor(value).safeParse(value, IN_PLAIN_WORDS);
    if (parsed.success) return parsed.data;
    context.issues.push(...(parsed.error.issues as z.core.$ZodRawIssue[]));
    return z.NEVER;
  });
}
