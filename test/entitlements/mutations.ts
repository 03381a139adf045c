/** Ways to spoil a value in a data file, as people do it: for tests that none of them gets through. */

export interface Mutation {
  /** What was done to it. */
  how: string;
  value: unknown;
}

/** Means that the key is absent. */
export const absent = Symbol("absent");

const swappedCase = (text: string): string =>
  Array.from(text, (letter) =>
    letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase(),
  ).join("");

/** Every text that comes of one slip of the pen, each once, and never the text itself. */
export function slips(text: string): Mutation[] {
  const letters = Array.from(text);
  const found = new Map<string, string>();
  const add = (how: string, value: string): void => {
    if (value !== text && !found.has(value)) found.set(value, how);
  };
  add("in capitals", text.toUpperCase());
  add("in small letters", text.toLowerCase());
  add("in swapped case", swappedCase(text));
  letters.forEach((letter, index) => {
    add(`without letter ${index + 1}`, letters.toSpliced(index, 1).join(""));
    add(`with letter ${index + 1} doubled`, letters.toSpliced(index, 0, letter).join(""));
    if (index > 0)
      add(
        `with letters ${index} and ${index + 1} swapped`,
        letters.toSpliced(index - 1, 2, letter, letters[index - 1] ?? "").join(""),
      );
  });
  for (const separator of [" ", "-", ",", ".", ":"]) {
    const parts = text.split(separator);
    parts.forEach(
      (part, index) =>
        index > 0 &&
        add(
          `with parts ${index} and ${index + 1} at "${separator}" swapped`,
          parts.toSpliced(index - 1, 2, part, parts[index - 1] ?? "").join(separator),
        ),
    );
    if (parts.length > 1)
      for (const other of ["", "_", "/", ";"])
        add(`with "${other}" for "${separator}"`, parts.join(other));
  }
  add("with something behind it", `${text}x`);
  add("with a quote around it", `'${text}'`);
  add("with a comma behind it", `${text},`);
  add("twice", `${text}${text}`);
  add("twice, with a comma", `${text},${text}`);
  add("with blanks around it", ` ${text} `);
  add("empty", "");
  add("blank", "   ");
  return [...found].map(([value, how]) => ({ how, value }));
}

/** What is no text at all. */
export const noTexts: readonly Mutation[] = [
  { how: "null", value: null },
  { how: "a number", value: 7 },
  { how: "a number in a list", value: [7] },
  { how: "true", value: true },
  { how: "an object", value: { value: "x" } },
  { how: "two texts in a list", value: ["x", "y"] },
  { how: "left out", value: absent },
];

/** A copy of an option with one value spoilt. */
export function spoilt(
  option: Readonly<Record<string, unknown>>,
  field: string,
  { value }: Mutation,
): Record<string, unknown> {
  const { [field]: _, ...others } = option;
  return value === absent ? others : { ...others, [field]: value };
}

/** The file with one of its options replaced. */
export function fileWith(
  file: { options: readonly object[] },
  index: number,
  option: unknown,
): unknown {
  return { ...file, options: file.options.toSpliced(index, 1, option as object) };
}

/** Mutations of a whole option or file that are the same for all data files. */
export function strayKeys(
  option: Readonly<Record<string, unknown>>,
): { how: string; option: unknown }[] {
  return [
    { how: "with an unknown key", option: { ...option, Comment: "for the helpdesk" } },
    ...Object.keys(option).flatMap((key) => {
      const { [key]: value, ...others } = option;
      return [
        { how: `with ${key} misspelt`, option: { ...others, [`${key}s`]: value } },
        {
          how: `with ${key} in two spellings`,
          option: {
            ...option,
            [key.toUpperCase() === key ? key.toLowerCase() : key.toUpperCase()]: value,
          },
        },
      ];
    }),
    { how: "null", option: null },
    { how: "a text", option: JSON.stringify(option) },
    { how: "in a list", option: [option] },
  ];
}

export function strayFiles(file: { options: readonly object[] }): { how: string; data: unknown }[] {
  return [
    { how: "nothing", data: null },
    { how: "a text", data: JSON.stringify(file) },
    { how: "a list", data: file.options },
    { how: "an empty object", data: {} },
    { how: "with another key for the options", data: { permissions: file.options } },
    { how: "with options that are a text", data: { ...file, options: "all" } },
    { how: "with options that are null", data: { ...file, options: null } },
    { how: "with an unknown key", data: { ...file, Version: 2 } },
    { how: "with a schema that is a number", data: { ...file, $schema: 1 } },
  ];
}
