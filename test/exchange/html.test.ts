import { describe, expect, it } from "vitest";
import { sameHtml, seenOf, unwrapped } from "../../lib/exchange/html.ts";

describe("a message", () => {
  it("equals the mapped text once the tags around it are removed", () => {
    expect(unwrapped("<html>\n<body>\n<p>a  b</p>\n</body>\n</html>\n")).toBe("<p>a  b</p>");
    expect(unwrapped(" plain ")).toBe("plain");
  });

  it("is the content of its body, regardless of white space", () => {
    expect(
      seenOf(
        "<html>\r\n<head><title>x</title></head>\r\n<BODY dir='ltr'>\r\n<p>a  " +
          "b</p>\n<p>c</p>\r\n</BODY>\r\n</html>\r\n",
      ),
    ).toBe("<p>a b</p><p>c</p>");
    expect(seenOf(" a\u00a0\n b ")).toBe("a b");
    expect(seenOf("<html><body> \n </body></html>")).toBe("");
  });

  it("is the same only when it reads the same", () => {
    expect(sameHtml("<p>a</p>", "<html>\n<body>\n<p>a</p>\n</body>\n</html>\n")).toBe(true);
    expect(sameHtml("a b", "ab")).toBe(false);
    expect(sameHtml("a", "A")).toBe(false);
  });
});
