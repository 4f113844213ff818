import { attributeName } from './attribute-forms.ts';
import type { DecodedSubject } from './decode-subject.ts';
import { SUBJECT_ATTRIBUTE_NAMES, SUBJECT_ATTRIBUTES } from './distinguished-name.ts';

const ISSUED: readonly string[] = SUBJECT_ATTRIBUTE_NAMES.map(
  (name) => SUBJECT_ATTRIBUTES[name].oid,
);

/** What a subject says that no certificate of ours would, each once, as a sentence without its subject. */
export function unissuedAttributes({ attributes, others }: DecodedSubject): readonly string[] {
  return [...new Set(others)].map((type) => {
    const name = attributeName(type);
    if (!ISSUED.includes(type)) {
      const described = name === undefined ? type : `${name} (${type})`;
      return `names ${described}, which is not issued here; leave it out of the subject`;
    }
    const isRepeated = attributes.filter((one) => one.type === type).length > 1;
    return isRepeated ? `names ${name} twice` : `names ${name} by a value that is no text`;
  });
}
