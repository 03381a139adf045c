/** The mapped fields in fieldMapping.json, as far as they have the right form, each with its place. */
import { itemsOf, member, textIn, type JsonFile, type Node } from "./jsonFile.ts";
import { documentIn } from "../mapping/mapping.ts";

export const stages = ["Create", "Update", "Enable", "Disable", "Delete"] as const;
export type Stage = (typeof stages)[number];

export interface MappedField {
  name: string;
  nameNode: Node;
  type: "Text" | "Array" | undefined;
  typeNode: Node | undefined;
  actions: MappingAction[];
}

/** One way to compute a field, for some stages. */
export interface MappingAction {
  stages: { stage: Stage; node: Node }[];
  mode: "Field" | "Fixed" | "Complex" | "None" | undefined;
  node: Node;
  valueNode: Node | undefined;
  /** The JSON document in `Value`; undefined when it is none. */
  value: unknown;
}

/** A field in one stage, if it has a value there: mode None has none. */
export interface StagedField {
  field: MappedField;
  action: MappingAction;
  stage: Stage;
  /** The stage in MapForActions. */
  stageNode: Node;
}

export function fieldsIn(file: JsonFile): MappedField[] {
  return itemsOf(member(file.root, "MappingFields")).flatMap((node) => {
    const nameNode = member(node, "Name");
    const name = textIn(nameNode);
    if (!nameNode || name === undefined) return [];
    const typeNode = member(node, "Type");
    const type = (["Text", "Array"] as const).find((known) => known === textIn(typeNode));
    const actions = itemsOf(member(node, "MappingActions")).map(actionIn);
    return [{ name, nameNode, type, typeNode, actions }];
  });
}

function actionIn(node: Node): MappingAction {
  const valueNode = member(node, "Value");
  const written = textIn(member(node, "MappingMode"));
  return {
    node,
    stages: itemsOf(member(node, "MapForActions")).flatMap((item) => {
      const stage = stages.find((known) => known === textIn(item));
      return stage === undefined ? [] : [{ stage, node: item }];
    }),
    mode: (["Field", "Fixed", "Complex", "None"] as const).find((known) => known === written),
    valueNode,
    value: documentIn(textIn(valueNode)),
  };
}

/** Every field in every stage in which it has a value. */
export function stagedFields(fields: readonly MappedField[]): StagedField[] {
  return fields.flatMap((field) =>
    field.actions
      .filter(({ mode }) => mode !== "None" && mode !== undefined)
      .flatMap((action) =>
        action.stages.map(({ stage, node }) => ({ field, action, stage, stageNode: node })),
      ),
  );
}

/** The value that a mapping always yields; undefined when it depends on the person. */
export function fixedValue({ mode, value }: MappingAction): string | undefined {
  return mode === "Fixed" && typeof value === "string" ? value : undefined;
}
