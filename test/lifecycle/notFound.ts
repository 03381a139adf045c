/** The answer of Exchange Online when an object does not exist (Microsoft365DSC#2998). */
export function notFound(identity: string): { status: number; body: unknown } {
  const text =
    `The operation couldn't be performed because object '${identity}' couldn't be ` +
    "found on 'AM0PR01A01DC001.EURPR01A001.PROD.OUTLOOK.COM'.";
  return {
    status: 404,
    body: {
      error: {
        code: "NotFound",
        message: "Error executing cmdlet",
        details: [
          {
            code: "Context",
            target: "",
            message: `Ex123456|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|${text}`,
          },
        ],
      },
    },
  };
}
