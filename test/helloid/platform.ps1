# The platform, as far as a pasted script sees it: prepares the objects that a script finds, runs its text in a session of its
# own and reports what arrived on every stream. One request as a line of JSON on stdin, one answer as a line of JSON on stdout.
# The objects are those of the vendor's debugStart.ps1 (HelloID-Conn-Prov-Target-V2-Template).

$ErrorActionPreference = 'Stop'

function New-OutputContext($data, $isImport) {
    if ($isImport) { return }
    [PSCustomObject]@{
        Data              = $data
        PreviousData      = $null
        AccountReference  = $null
        Success           = $null
        AccountCorrelated = $false
        AuditLogs         = [System.Collections.Generic.List[PSCustomObject]]::new()
        Permissions       = [System.Collections.Generic.List[PSCustomObject]]::new()
        SubPermissions    = [System.Collections.Generic.List[PSCustomObject]]::new()
    }
}

function Invoke-Script($request) {
    $dates = if ($request.datesAsObjects) { 'Default' } else { 'String' }
    # The only place where an event becomes objects: PSCustomObjects and arrays, as the platform passes them.
    $event = ConvertFrom-Json -InputObject $request.event -DateKind $dates
    $data = if ($null -ne $event.outputContext) { $event.outputContext.Data } else { $null }
    $output = New-OutputContext $data $request.isImport
    $lists = if ($null -ne $output) { $output.AuditLogs, $output.Permissions, $output.SubPermissions } else { @() }

    foreach ($variable in $request.env.PSObject.Properties) {
        [System.Environment]::SetEnvironmentVariable($variable.Name, $variable.Value)
    }
    $runspace = [runspacefactory]::CreateRunspace([initialsessionstate]::CreateDefault2())
    $runspace.Open()
    $shell = [powershell]::Create($runspace)
    try {
        foreach ($name in 'actionContext', 'personContext', 'resourceContext') {
            if ($null -ne $event.PSObject.Properties[$name]) {
                $runspace.SessionStateProxy.SetVariable($name, $event.$name)
            }
        }
        if ($null -ne $output) { $runspace.SessionStateProxy.SetVariable('outputContext', $output) }
        # What the platform's own session may have set before: the script runs under each.
        $settings = $request.settings + '; [System.Net.ServicePointManager]::SecurityProtocol = "Tls12"'
        [void]$shell.AddScript($settings).Invoke()
        $shell.Commands.Clear()

        $records = [System.Management.Automation.PSDataCollection[psobject]]::new()
        $thrown = $null
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        try {
            [void]$shell.AddScript($request.script).Invoke($null, $records)
        }
        catch { $thrown = $_.Exception.Message }
        @{
            outputContext = $output
            listsKept     = $null -eq $output -or (
                [object]::ReferenceEquals($lists[0], $output.AuditLogs) -and
                [object]::ReferenceEquals($lists[1], $output.Permissions) -and
                [object]::ReferenceEquals($lists[2], $output.SubPermissions))
            records       = @($records)
            information   = @($shell.Streams.Information | ForEach-Object { "$($_.MessageData)" })
            warning       = @($shell.Streams.Warning | ForEach-Object { $_.Message })
            error         = @($shell.Streams.Error | ForEach-Object { $_.Exception.Message })
            verbose       = @($shell.Streams.Verbose | ForEach-Object { $_.Message })
            thrown        = $thrown
            ms            = $watch.Elapsed.TotalMilliseconds
        }
    }
    finally {
        $shell.Dispose()
        $runspace.Dispose()
        foreach ($variable in $request.env.PSObject.Properties) {
            [System.Environment]::SetEnvironmentVariable($variable.Name, $null)
        }
    }
}

while ($null -ne ($line = [Console]::In.ReadLine())) {
    try { $result = Invoke-Script (ConvertFrom-Json -InputObject $line -DateKind String) }
    catch { $result = @{ failed = "$_ $($_.ScriptStackTrace)" } }
    $answer = ConvertTo-Json -InputObject $result -Depth 60 -Compress -EscapeHandling EscapeNonAscii
    [Console]::Out.WriteLine($answer)
}
