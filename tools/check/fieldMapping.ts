import schema from "../../schemas/fieldMapping.schema.json" with { type: "json" };
import { mappedDomainProblems } from "./domains.ts";
import type { CheckedFile } from "./checks.ts";
import { isOnByDefault } from "./form.ts";
import { fieldsIn } from "./mapping.ts";
import { mappingFormProblems } from "./mappingForm.ts";
import { mappingRuleProblems, unknownReplyProblems } from "./mappingRules.ts";
import { mappingScriptProblems } from "./mappingScripts.ts";
import { itemsOf, member, textIn } from "./jsonFile.ts";
import type { Problem } from "./problem.ts";
import { schemaKeyProblems, schemaProblems } from "./schema.ts";

/** What is wrong in fieldMapping.json. */
export function fieldMappingProblems({ file, domains, other }: CheckedFile): Problem[] {
  const nodes = itemsOf(member(file.root, "MappingFields"));
  const nameOf = ([list, index]: readonly string[]): string | undefined =>
    list === "MappingFields" ? textIn(member(nodes[Number(index)], "Name")) : undefined;
  const fields = fieldsIn(file);
  return [
    ...schemaProblems(file, schema, nameOf),
    ...schemaKeyProblems(file, "schemas/fieldMapping.schema.json"),
    ...mappingFormProblems(file, fields),
    ...mappingRuleProblems(file, fields),
    ...mappingScriptProblems(file, fields),
    ...(isOnByDefault(other("configuration.json"), "ClearAutoReplyOnEnable")
      ? unknownReplyProblems(file, fields)
      : []),
    ...mappedDomainProblems(file, fields, domains),
  ];
}
