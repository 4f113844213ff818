import type { Consumer, Finding } from '../src/preflight/rule.ts';

/** The wire form of a finding, as `openapi.yaml` has it; of consumers' own words the first of `consumers`. */
export function presentFinding({ rule, detail }: Finding, consumers: readonly Consumer[]) {
  const { id, severity, requirement, source } = rule;
  const speaking = consumers.find((consumer) => rule.prevents?.[consumer] !== undefined);
  const prevents = speaking && rule.prevents?.[speaking];
  return {
    rule: id,
    severity,
    detail,
    requirement,
    source,
    ...(prevents === undefined ? {} : { prevents }),
  };
}
