/** A gauge as Prometheus knows it. */
export interface Family {
  readonly name: string;
  readonly help: string;
}

/** Takes one sample; `labels` as {@link labelsText} writes them. */
export type Put = (labels: string, value: number) => void;

/** A gauge with its samples as Prometheus reads them (its text format, version 0.0.4). */
export function familyText({ name, help }: Family, tell: (put: Put) => void): string {
  let text = `# HELP ${name} ${help}\n# TYPE ${name} gauge\n`;
  tell((labels, value) => {
    text += labels === '' ? `${name} ${value}\n` : `${name}{${labels}} ${value}\n`;
  });
  return `${text}\n`;
}

/** Labels with their values, as they stand between braces. */
export function labelsText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',');
}

/** A backslash, a quotation mark and the end of a line are written so. */
function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
