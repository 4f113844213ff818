/** How results are put on the wire, a chunk at a time. */
export interface Form {
  readonly mediaType: string;
  /** Of results in JSON, one text each. */
  readonly first: (results: readonly string[]) => string;
  readonly next: (results: readonly string[]) => string;
  readonly end: string;
}

/** One object around all results. */
export const JSON_FORM: Form = {
  mediaType: 'application/json',
  first: (results) => `{"results":[${results.join(',')}`,
  next: (results) => `,${results.join(',')}`,
  end: ']}',
};

/** A line for each result. */
export const NDJSON_FORM: Form = {
  mediaType: 'application/x-ndjson',
  first: linesFrom,
  next: linesFrom,
  end: '',
};

function linesFrom(results: readonly string[]): string {
  return results.map((result) => `${result}\n`).join('');
}
