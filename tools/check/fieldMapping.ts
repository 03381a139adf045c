import schema from "../../schemas/fieldMapping.schema.json" with { type: "json" };
import { mappedDomainProblems } from "./domains.ts";
import type { CheckedFile } from "./checks.ts";
import { fieldsIn } from "./mapping.ts";
import { mappingFormProblems } from "./mappingForm.ts";
import { rulesFor } from "./mappingRules.ts";
import { mappingScriptProblems } from "./mappingScripts.ts";
import { itemsOf, member, textIn } from "./jsonFile.ts";
import type { Problem } from "./problem.ts";
import { schemaKeyProblems, schemaProblems } from "./schema.ts";

/** What is wrong in fieldMapping.json. */
export function fieldMappingProblems({ file, domains, system, other }: CheckedFile): Problem[] {
  const nodes = itemsOf(member(file.root, "MappingFields"));
  const nameOf = ([list, index]: readonly string[]): string | undefined =>
    list === "MappingFields" ? textIn(member(nodes[Number(index)], "Name")) : undefined;
  const fields = fieldsIn(file);
  const rules = rulesFor(system);
  return [
    ...schemaProblems(file, schema, nameOf),
    ...schemaKeyProblems(file, "schemas/fieldMapping.schema.json"),
    ...mappingFormProblems(file, fields),
    ...rules.problems(file, fields, other("configuration.json")),
    ...mappingScriptProblems(file, fields, rules),
    ...mappedDomainProblems(file, fields, domains),
  ];
}
