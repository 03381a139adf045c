import { itemWith } from "./asked.ts";
import type { Asked } from "../session/traffic.ts";

interface Body {
  "@odata.nextLink"?: string;
  responses?: { id: string; body?: { "@odata.nextLink"?: string } }[];
}

/** Names for the pages of lists, in place of tokens that are others in every run. */
export class PageNames {
  readonly #real = new Map<string, string>();
  readonly #nameOf: (asked: Asked) => string;

  /** `nameOf` is the name of the page that follows the one that was asked for. */
  constructor(nameOf: (asked: Asked) => string) {
    this.#nameOf = nameOf;
  }

  /** The address of a page with the token that the service knows, for one with its name. */
  realUrl(url: string): string {
    return url.replace(token, (name) => this.#real.get(name) ?? name);
  }

  /** An answer with names in its links to next pages. */
  named(body: string, asked: Asked): string {
    if (!token.test(body)) return body;
    const answer = JSON.parse(body) as Body;
    for (const [part, of] of answer.responses
      ? answer.responses.map(({ id, body: inside }) => [inside, itemWith(id, asked)] as const)
      : [[answer, asked] as const]) {
      if (part?.["@odata.nextLink"] !== undefined && of)
        part["@odata.nextLink"] = this.#namedLink(part["@odata.nextLink"], of);
    }
    return JSON.stringify(answer);
  }

  #namedLink(link: string, of: Asked): string {
    return link.replace(token, (real) => {
      const name = this.#nameOf(of);
      this.#real.set(name, real);
      return name;
    });
  }
}

const token = /(?<=(?:%24|\$)skiptoken=)[^&"]+/i;
