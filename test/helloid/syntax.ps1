# What PowerShell's own parser finds in a script. Run like a pasted script; its record is the result.
$tokens = $null
$errors = $null
$ast = [System.Management.Automation.Language.Parser]::ParseInput($actionContext.Script, [ref]$tokens, [ref]$errors)
$nodes = $ast.FindAll({ $true }, $true)
$commands = foreach ($node in $nodes) {
    if ($node -is [System.Management.Automation.Language.CommandAst]) {
        $parameters = $node.CommandElements | Where-Object { $_ -is [System.Management.Automation.Language.CommandParameterAst] }
        @{ name = "$($node.GetCommandName())"; parameters = @($parameters | ForEach-Object { $_.ParameterName }) }
    }
}
@{
    errors    = @($errors | ForEach-Object { "$($_.Extent.StartLineNumber): $($_.Message)" })
    nodes     = @($nodes | ForEach-Object { $_.GetType().Name } | Sort-Object -Unique)
    tokens    = @($tokens | ForEach-Object { "$($_.Kind)" } | Sort-Object -Unique)
    functions = @($nodes | Where-Object { $_ -is [System.Management.Automation.Language.FunctionDefinitionAst] } | ForEach-Object { $_.Name })
    commands  = @($commands)
    types     = @($nodes | Where-Object { $_.PSObject.Properties['TypeName'] } | ForEach-Object { $_.TypeName.FullName } | Sort-Object -Unique)
    members   = @($nodes | Where-Object { $_ -is [System.Management.Automation.Language.MemberExpressionAst] } | ForEach-Object { $_.Member.Extent.Text } | Sort-Object -Unique)
}
