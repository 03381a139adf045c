/** Whether a version of Node is older than the one that is needed. In the language of Node 12. */
export function isTooOld(node, needed) {
  const found = node.split(".").map(Number);
  const least = needed.split(".").map(Number);
  const index = least.findIndex((part, position) => part !== found[position]);
  return index >= 0 && !(found[index] > least[index]);
}
