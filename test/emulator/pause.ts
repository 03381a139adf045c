/** Lets real milliseconds go by; none at all when there are none to wait for. */
export async function pause(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}
