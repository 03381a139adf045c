import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { scriptOf } from "./bridge.ts";
import { startPlatform, type Platform } from "./platform.ts";

const program = inject("powerShell");
const installer = path.join(import.meta.dirname, "../../tools/build/install.ps1");

/** What PowerShell's parser finds in a script. */
interface Found {
  errors: string[];
  nodes: string[];
  tokens: string[];
  functions: string[];
  commands: { name: string; parameters: string[] }[];
  types: string[];
  members: string[];
}

/**
 * All that the scripts may use, each of which Windows PowerShell 5.1 with .NET Framework 4.5 or later has (documented:
 * the reference of Microsoft.PowerShell.Core, Management and Utility 5.1; the .NET API browser). A list of what is
 * missing there would have to be complete; this one only has to be right.
 */
const inWindowsPowerShell = {
  commands: {
    "Add-Member": ["InputObject", "NotePropertyName", "NotePropertyValue"],
    "Add-Type": ["AssemblyName"],
    "ConvertFrom-Json": ["InputObject"],
    "ForEach-Object": [],
    "Get-Command": ["Name", "CommandType", "ErrorAction"],
    "Get-FileHash": ["LiteralPath", "Algorithm", "ErrorAction"],
    "Microsoft.PowerShell.Utility\\ConvertTo-Json": ["InputObject", "Depth", "Compress"],
    "Remove-TypeData": ["TypeName"],
    "Set-StrictMode": ["Version"],
    "Start-Sleep": ["Milliseconds"],
    "Where-Object": [],
    "Write-Error": ["Message", "ErrorAction"],
    "Write-Information": [],
    "Write-Output": [],
    "Write-Verbose": [],
    "Write-Warning": [],
  } as Record<string, string[] | undefined>,
  types: [
    ...["bool", "int", "PSCustomObject", "string", "switch", "void"],
    ...["CmdletBinding", "Parameter", "Microsoft.VisualBasic.FileIO.FileSystem"],
    ...[
      "System.Collections.Generic.HashSet[char]",
      "System.Collections.Generic.HashSet[string]",
      "System.Collections.IList",
      "System.Diagnostics.Process",
      "System.Diagnostics.ProcessStartInfo",
      "System.Diagnostics.Stopwatch",
    ],
    ...["System.IO.Directory", "System.IO.File", "System.IO.Path", "System.IO.StreamReader"],
    ...["System.Guid", "System.Math", "System.Net.WebRequest", "System.Text.Encoding"],
    ...["System.Security.Authentication.AuthenticationException"],
    ...["System.Threading.Tasks.Task", "System.Threading.Tasks.Task[]"],
  ],
  /** Kill and File.Move have another argument from .NET Core on: the scripts ask for the version before. */
  members:
    `Accept ContentLength CreateHttp Fault Floor GetRequestStream GetResponse GetResponseStream Headers InnerException
    Max Method NewGuid Proxy ReadWriteTimeout Secret StatusCode Timeout Url Wait Write
    Action Add Answers ASCII BaseStream Close Combine ContainsKey Copy Count CreateDirectory
    CreateNoWindow Current Delete Dispose ElapsedMilliseconds Exception Exists ExitCode Files files
    GetBaseException GetBytes GetDirectoryName GetFiles GetFullPath GetUnresolvedProviderPathFromPSPath
    GetValue GraceMs HasExited Hash Id IsCompleted IsFixedSize IsPathRooted Kill Length LimitMs Major
    MemberType
    Message Move MoveFile Name new OnlyReads Open outputContext Parameters Path path PreviewMs Previous
    Properties PSObject PSVariable PSVersion ReadAllText ReadLine ReadLineAsync ReadToEnd
    RedirectStandardError
    RedirectStandardInput RedirectStandardOutput Remove Replace Result Rubbish Secrets SessionState
    sha256 Split StandardError StandardErrorEncoding StandardInput StandardOutput StandardOutputEncoding
    Start StartNew StartsWith Substring Success TimedOut ToCharArray ToLowerInvariant Trim
    UseShellExecute UTF8 Value Version version WaitAny WaitForExit Watch WriteAllText WriteAsync`.split(
      /\s+/,
    ),
  /** Names of the parser's classes. Ternaries, chains of pipelines and classes have others. */
  nodes:
    `ArrayExpression ArrayLiteral AssignmentStatement Attribute BinaryExpression BreakStatement CatchClause
    Command CommandExpression CommandParameter ConstantExpression ConvertExpression ExitStatement
    ExpandableStringExpression ForEachStatement FunctionDefinition Hashtable IfStatement IndexExpression
    InvokeMemberExpression MemberExpression NamedAttributeArgument NamedBlock ParamBlock Parameter
    ParenExpression Pipeline ReturnStatement ScriptBlock ScriptBlockExpression StatementBlock
    StringConstantExpression SubExpression SwitchStatement ThrowStatement TryStatement TypeConstraint
    TypeExpression UnaryExpression VariableExpression WhileStatement`.split(/\s+/),
  tokens: /^(?!QuestionQuestion|QuestionDot|QuestionLBracket|QuestionMark|AndAnd|OrOr|Ampersand$)/,
};

/** What a script uses that is not in the list. */
function missingIn51({
  errors,
  nodes,
  tokens,
  functions,
  commands,
  types,
  members,
}: Found): string[] {
  const { commands: known, ...lists } = inWindowsPowerShell;
  const isMissing = ({ name, parameters }: Found["commands"][number]): boolean =>
    !functions.includes(name) &&
    !parameters.every((parameter) => known[name]?.includes(parameter) ?? false);
  return [
    ...errors,
    ...nodes.filter((name) => !lists.nodes.includes(name.replace(/Ast$/, ""))),
    ...tokens.filter((name) => !lists.tokens.test(name)),
    ...commands
      .filter(
        (command) =>
          isMissing(command) || !(command.name in known || functions.includes(command.name)),
      )
      .map(({ name, parameters }) => [name, ...parameters].join(" -")),
    ...types.filter((name) => !lists.types.includes(name)),
    ...members.filter((name) => !lists.members.includes(name)),
  ];
}

describe.skipIf(program === "")("what a script for an agent server uses", () => {
  const parser = readFileSync(path.join(import.meta.dirname, "syntax.ps1"), "utf8");
  let platform: Platform;
  beforeAll(() => (platform = startPlatform(program)));
  afterAll(() => platform.close());

  async function found(script: string): Promise<Found> {
    const { records, thrown } = await platform.run(parser, { actionContext: { Script: script } });
    expect(thrown).toBeNull();
    return records[0] as Found;
  }

  it.each(inject("actions"))("is in Windows PowerShell 5.1: %s", async (action) => {
    expect(missingIn51(await found(scriptOf(action, inject("dist"))))).toEqual([]);
  });

  it("is in Windows PowerShell 5.1: install.ps1", async () => {
    const script = readFileSync(installer, "latin1");
    expect(script).toMatch(/^[\n\x20-\x7e]*$/);
    expect(missingIn51(await found(script))).toEqual([]);
  });

  it.each([
    ["$x = $true ? 1 : 2", ["TernaryExpressionAst", "QuestionMark"]],
    ["$x = $null ?? 1", ["QuestionQuestion"]],
    ["$x ??= 1", ["QuestionQuestionEquals"]],
    ["${x}?.Length", ["QuestionDot"]],
    ["${x}?[0]", ["QuestionLBracket"]],
    ["Write-Output 1 && Write-Output 2", ["PipelineChainAst", "AndAnd"]],
    ["Write-Output 1 || Write-Output 2", ["PipelineChainAst", "OrOr"]],
    ["Write-Output 1 &", ["Ampersand"]],
    ["1..2 | ForEach-Object -Parallel { 1 }", ["ForEach-Object -Parallel"]],
    [
      "ConvertFrom-Json -InputObject '{}' -AsHashtable",
      ["ConvertFrom-Json -InputObject -AsHashtable"],
    ],
    [
      "ConvertTo-Json -InputObject 1 -EscapeHandling EscapeNonAscii",
      ["ConvertTo-Json -InputObject -EscapeHandling"],
    ],
    ["Out-File -FilePath x -Encoding utf8NoBOM", ["Out-File -FilePath -Encoding"]],
    ["class A { [int] $x }", ["TypeDefinitionAst", "PropertyMemberAst"]],
    ["$start.StandardInputEncoding = $null", ["StandardInputEncoding"]],
    ["$start.ArgumentList.Add('x')", ["ArgumentList"]],
    ["[System.Text.Json.JsonDocument]::Parse('{}')", ["System.Text.Json.JsonDocument", "Parse"]],
  ])("would be refused otherwise: %s", async (script, names) => {
    expect(missingIn51(await found(script)).sort()).toEqual(names.sort());
  });
});
