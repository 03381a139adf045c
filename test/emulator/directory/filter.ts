/** Filters of searches (RFC 4511 section 4.5.1.7), as far as the connector sends them. */
import { elementsIn, type Element } from "./ber.ts";

/** What a filter asks of an object. */
export interface Questions {
  has(attribute: string): boolean;
  /** Whether the object has this value. */
  equals(attribute: string, value: Buffer): boolean;
  /** Whether the values lead to this object, directly or over others. */
  leadsTo(attribute: string, value: Buffer): boolean;
}

const tags = { and: 0xa0, or: 0xa1, not: 0xa2, equals: 0xa3, present: 0x87, extensible: 0xa9 };
/** The parts of an extensible match. */
const parts = { rule: 0x81, attribute: 0x82, value: 0x83 };
/** LDAP_MATCHING_RULE_IN_CHAIN (documented). */
const inChain = "1.2.840.113556.1.4.1941";

/** Throws for a filter of another kind: this double would answer it wrongly. */
export function matches({ tag, content }: Element, object: Questions): boolean {
  const inner = (): Element[] => elementsIn(content);
  switch (tag) {
    case tags.and:
      return inner().every((one) => matches(one, object));
    case tags.or:
      return inner().some((one) => matches(one, object));
    case tags.not:
      return !inner().some((one) => matches(one, object));
    case tags.present:
      return object.has(content.toString());
    case tags.equals: {
      const [attribute, value] = inner();
      if (attribute && value) return object.equals(attribute.content.toString(), value.content);
      break;
    }
    case tags.extensible: {
      const named = new Map(inner().map((one) => [one.tag, one.content]));
      const [attribute, value] = [named.get(parts.attribute), named.get(parts.value)];
      if (named.get(parts.rule)?.toString() === inChain && attribute && value)
        return object.leadsTo(attribute.toString(), value);
    }
  }
  throw new Error(`This double does not know the filter with the tag 0x${tag.toString(16)}.`);
}
