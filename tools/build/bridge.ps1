#################################################
# exchange-online-connector {{version}}: {{action}}
# PowerShell V2
#
# Runs {{action}}.mjs with Node.js on the agent server: sends it the event and takes over its answer.
# Generated; paste it as it is. What it does is set in the configuration form:
# "Connector path" (ConnectorPath) is the folder of the connector, "Node path" (NodePath) the program node.exe.
# With "Service file" (ServeSocket) it sends the event to a service or a worker instead, and starts no Node.js.
#################################################

$InformationPreference = 'Continue'

$connector = @{
    Action    = '{{action}}'
    # Lists and imports have no audit log: there an error goes to the error stream. In any other script that would
    # make the platform report a failure, whatever the answer is.
    OnlyReads = {{onlyReads}}
    # The connector ends by itself before this; the platform ends this script after it.
    LimitMs   = {{limitMs}}
    PreviewMs = {{previewMs}}
    GraceMs   = {{graceMs}}
    Secrets   = {{secrets}}
}

# The platform's object of a name, or nothing. Without a cmdlet: the first one that is used takes long to load, which
# Node.js can do meanwhile.
function Read-Ambient($name) { $ExecutionContext.SessionState.PSVariable.GetValue($name) }
$actionContext = Read-Ambient 'actionContext'
$outputContext = Read-Ambient 'outputContext'

# The value of a property, or nothing: strict mode refuses to read one that does not exist.
function Read-Property($object, $name) {
    if ($null -eq $object) { return }
    $property = $object.PSObject.Properties[$name]
    if ($null -ne $property) { $property.Value }
}

function Read-Setting($name) {
    "$(Read-Property (Read-Property $actionContext 'Configuration') $name)".Trim()
}

# Explorer's "Copy as path" puts quotation marks around a path.
function Read-Path($name) { (Read-Setting $name).Trim('"').Trim() }

# Text that did not come through the connector's own redaction, such as the message of a crash.
function Protect-Text($text) {
    foreach ($name in $connector.Secrets) {
        $secret = Read-Setting $name
        if ($secret.Length -ge 4) { $text = $text.Replace($secret, '[secret]') }
    }
    if ($text.Length -gt 500) { $text = $text.Substring(0, 500) + '...' }
    $text
}

function Assert-Absolute($name, $path) {
    if ($path -eq '') { throw "$name is missing; expected an absolute path on the agent server." }
    if (-not [System.IO.Path]::IsPathRooted($path)) { throw "$name is `"$path`"; expected an absolute path." }
}

# The first line of the file current. An upgrade may replace the file at this moment: it is opened in such a way that
# neither disturbs the other.
function Read-Version($current) {
    $reader = [System.IO.StreamReader]::new([System.IO.File]::Open($current, 'Open', 'Read', 'ReadWrite, Delete'))
    try { "$($reader.ReadLine())".Trim() } finally { $reader.Dispose() }
}

# The folder of the bundles: the one in the form, or the folder in it that its file current names.
function Find-Folder {
    $folder = Read-Path 'ConnectorPath'
    Assert-Absolute '"Connector path" (ConnectorPath)' $folder
    # An upgrade replaces this file: events that are running keep the version they started with.
    $current = [System.IO.Path]::Combine($folder, 'current')
    if (-not [System.IO.File]::Exists($current)) {
        $parent = [System.IO.Path]::GetFullPath([System.IO.Path]::Combine($folder, '..'))
        if ([System.IO.File]::Exists([System.IO.Path]::Combine($parent, 'current'))) {
            Write-Warning ("`"Connector path`" (ConnectorPath) is $folder, the folder of one version: " +
                "upgrades have no effect. Expected $parent.")
        }
        return $folder
    }
    $version = Read-Version $current
    if ($version -notmatch '^[A-Za-z0-9][A-Za-z0-9._-]*$') { throw "The file $current does not name a version." }
    $folder = [System.IO.Path]::Combine($folder, $version)
    if (-not [System.IO.Directory]::Exists($folder)) {
        throw "The file $current names version $version, but there is no folder $folder."
    }
    $folder
}

function Find-Bundle($folder) {
    $bundle = [System.IO.Path]::Combine($folder, "$($connector.Action).mjs")
    if (-not [System.IO.File]::Exists($bundle)) {
        throw "The connector was not found: there is no file $bundle. Check `"Connector path`" (ConnectorPath): " +
            'the folder has a file current, or the bundles themselves.'
    }
    $bundle
}

# The program in the form, the one that came with the version, or the one in the PATH.
function Find-Node($folder) {
    $node = Read-Path 'NodePath'
    if ($node -ne '') {
        Assert-Absolute '"Node path" (NodePath)' $node
        if ([System.IO.Directory]::Exists($node)) {
            throw "`"Node path`" (NodePath) is $node, a folder; expected the program in it, such as node.exe."
        }
        if (-not [System.IO.File]::Exists($node)) {
            throw "Node.js was not found: there is no file $node. Check `"Node path`" (NodePath)."
        }
        return $node
    }
    foreach ($name in 'node.exe', 'node') {
        $own = [System.IO.Path]::Combine($folder, 'node', $name)
        if ([System.IO.File]::Exists($own)) { return $own }
    }
    $found = @(Get-Command -Name 'node' -CommandType Application -ErrorAction Ignore)
    if ($found.Count -eq 0) {
        throw 'Node.js was not found in the PATH of the agent''s account. Install it, or set "Node path" (NodePath).'
    }
    $found[0].Path
}

# The event as one line of JSON in ASCII, so that no code page can change it.
function New-Request {
    # Windows PowerShell writes some arrays as { "value": [...], "Count": 2 } because of this entry of its type table.
    $count = @().PSObject.Properties['Count']
    if ($null -ne $count -and $count.MemberType -eq 'AliasProperty') { Remove-TypeData -TypeName 'System.Array' }
    $request = @{ outputContext = @{ Data = Read-Property $outputContext 'Data' } }
    foreach ($name in 'actionContext', 'personContext', 'resourceContext') {
        $value = Read-Ambient $name
        if ($null -ne $value) { $request[$name] = $value }
    }
    # The first cmdlet of its module: with the module's name PowerShell does not search all modules for it.
    $json = Microsoft.PowerShell.Utility\ConvertTo-Json -InputObject $request -Depth 50 -Compress
    foreach ($character in [System.Collections.Generic.HashSet[char]]::new($json.ToCharArray())) {
        $code = [int]$character
        if ($code -gt 0x7e) { $json = $json.Replace([string]$character, ('\u{0:x4}' -f $code)) }
    }
    # The comma keeps it one value: a pipeline would take it apart, byte by byte.
    , [System.Text.Encoding]::ASCII.GetBytes($json)
}

function New-StartInfo($program, $arguments) {
    $start = [System.Diagnostics.ProcessStartInfo]::new($program, $arguments)
    $start.UseShellExecute = $false
    $start.CreateNoWindow = $true
    $start
}

function Start-Bundle($node, $bundle) {
    $start = New-StartInfo $node "`"$bundle`""
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $start.StandardOutputEncoding = [System.Text.Encoding]::UTF8
    $start.StandardErrorEncoding = [System.Text.Encoding]::UTF8
    try { [System.Diagnostics.Process]::Start($start) }
    catch { throw "Node.js could not be started: $node. $($_.Exception.GetBaseException().Message)" }
}

# Ends the process and everything that it started.
function Stop-Bundle($process) {
    try {
        if ($process.HasExited) { return }
        if ($PSVersionTable.PSVersion.Major -lt 6) {
            $start = New-StartInfo 'taskkill.exe' "/PID $($process.Id) /T /F"
            [void][System.Diagnostics.Process]::Start($start).WaitForExit(1000)
            if (-not $process.HasExited) { $process.Kill() }
        }
        else { $process.Kill($true) }
    }
    catch { Write-Warning "The connector could not be ended: $($_.Exception.GetBaseException().Message)" }
}

# PowerShell 7 turns text that looks like a date into a date, and the platform would store it in another form.
function Find-JsonOptions {
    $reader = Get-Command -Name 'ConvertFrom-Json'
    if ($reader.Parameters.ContainsKey('DateKind')) { @{ DateKind = 'String' } } else { @{} }
}

# The object in a line of JSON, or nothing when it is anything else.
function Read-Line($line) {
    if (-not $line.StartsWith('{')) { return }
    try { ConvertFrom-Json -InputObject $line @jsonOptions } catch { return }
}

function Write-LogLine($line) {
    if ($line.Trim() -eq '') { return }
    $entry = Read-Line $line
    $message = [string](Read-Property $entry 'message')
    switch ([string](Read-Property $entry 'level')) {
        'information' { Write-Information $message; return }
        'verbose' { Write-Verbose $message; return }
        'warning' { Write-Warning $message; return }
        'error' { Write-Problem $message; return }
        default { Write-Warning (Protect-Text $line) }
    }
}

function Write-Problem($message) {
    if ($connector.OnlyReads) { Write-Error -Message $message -ErrorAction Continue } else { Write-Warning $message }
}

# Sets a property of the platform's object; a list is the platform's own and only added to.
function Set-Output($name, $value) {
    if ($null -eq $outputContext) { return }
    $property = $outputContext.PSObject.Properties[$name]
    if ($null -eq $property) {
        Add-Member -InputObject $outputContext -NotePropertyName $name -NotePropertyValue $value
    }
    elseif ($property.Value -is [System.Collections.IList] -and -not $property.Value.IsFixedSize) {
        foreach ($item in $value) { [void]$property.Value.Add($item) }
    }
    else { $property.Value = $value }
}

# Milliseconds after which the connector is stopped.
function Find-Limit {
    if ($env:EXO_CONNECTOR_DEADLINE_MS -match '^\d{1,8}$') {
        return [int]$env:EXO_CONNECTOR_DEADLINE_MS + $connector.GraceMs
    }
    if ((Read-Property $actionContext 'DryRun') -eq $true) { return $connector.PreviewMs }
    $connector.LimitMs
}

# Reads both streams as they come, while the event is sent: records go to the platform, the rest is kept in $run.
function Receive-Answer($process, $sending, $limitMs, $run) {
    $jsonOptions = Find-JsonOptions
    $readers = @($process.StandardOutput, $process.StandardError)
    $reading = @($readers[0].ReadLineAsync(), $readers[1].ReadLineAsync())
    while ($true) {
        if ($null -ne $sending -and $sending.IsCompleted) {
            $sending = $null
            # A connector that does not read its event to the end says why in its answer.
            try { $process.StandardInput.BaseStream.Close() } catch { Write-Verbose "stdin: $($_.Exception.Message)" }
        }
        foreach ($index in 0, 1) {
            # Not all at once: a busy stream must not hold up the other one.
            foreach ($turn in 1..100) {
                if ($null -eq $reading[$index] -or -not $reading[$index].IsCompleted) { break }
                $line = $reading[$index].Result
                $reading[$index] = $null
                if ($null -eq $line) { break }
                $reading[$index] = $readers[$index].ReadLineAsync()
                if ($index -eq 0) { Read-Document $line $run } else { Write-LogLine $line }
            }
        }
        $haveEnded = $null -eq $reading[0] -and $null -eq $reading[1]
        if ($haveEnded -and $process.WaitForExit(100)) { return }
        $run.TimedOut = $run.Watch.ElapsedMilliseconds -ge $limitMs
        if ($run.TimedOut) { return }
        # Not for long: PowerShell cannot be stopped in the meantime.
        [System.Threading.Tasks.Task[]]$tasks = @(
            foreach ($task in $sending, $reading[0], $reading[1]) { if ($null -ne $task) { $task } }
        )
        if ($tasks.Length -gt 0) { [void][System.Threading.Tasks.Task]::WaitAny($tasks, 200) }
    }
}

# The address and the secret of the service, from the file that it wrote when it started.
function Read-Service {
    $file = Read-Path 'ServeSocket'
    Assert-Absolute '"Service file" (ServeSocket)' $file
    $start = 'Start it (exo-connector serve or worker), or clear the field. Nothing was changed.'
    if (-not [System.IO.File]::Exists($file)) { throw "The service does not run: there is no file $file. $start" }
    $service = Read-Line ([System.IO.File]::ReadAllText($file))
    $url = "$(Read-Property $service 'url')"
    # Without encryption on this machine only: the event has secrets.
    if ($url -notmatch '^(http://127\.0\.0\.1(:\d{1,5})?|https://[^/@\s]+)/') { throw "The file $file is not that of a service. $start" }
    @{ Url = $url; Secret = "$(Read-Property $service 'secret')"; Start = $start }
}

# What a refusal says: its reason and what is wrong with the event.
function Read-Refusal($response) {
    $reader = [System.IO.StreamReader]::new($response.GetResponseStream())
    try { $refusal = Read-Line $reader.ReadToEnd() } finally { $reader.Dispose() }
    $parts = @(Read-Property $refusal 'error') + @(Read-Property $refusal 'faults')
    Protect-Text (($parts | Where-Object { "$_" -ne '' }) -join ' ')
}

# Why a service has not begun to answer, and what that means for the event.
function Find-Refusal($service, $exception) {
    $cause = $exception.GetBaseException()
    $reason = $cause.Message
    $unknown = 'It is unknown whether anything was changed.'
    # The status is ConnectFailure in .NET Framework only.
    if ((Read-Property $cause 'SocketErrorCode') -eq 'ConnectionRefused') {
        return "The service does not answer at $($service.Url): $reason $($service.Start)"
    }
    if ($cause -is [System.Security.Authentication.AuthenticationException]) {
        return "The certificate of the service at $($service.Url) is not trusted: $reason Nothing was changed."
    }
    $response = Read-Property $exception.InnerException 'Response'
    if ($null -eq $response) { return "The service gave no answer: $reason $unknown" }
    $status = [int]$response.StatusCode
    $fault = "The service refused the event: status $status. $(Read-Refusal $response)"
    # A server that fails may have taken the event before.
    if ($status -ge 500) { return "$fault $unknown" }
    "$fault Nothing was changed."
}

# Sends the event to the service, and returns what reads its answer. A worker has not run the event by then, and is told
# how long its answer is waited for.
function Send-Event($service, $request, $limitMs, $run) {
    $before = "{`"id`":`"$([System.Guid]::NewGuid())`",`"action`":`"$($connector.Action)`",`"event`":"
    $waitMs = $limitMs - $run.Watch.ElapsedMilliseconds - $connector.GraceMs
    $http = [System.Net.WebRequest]::CreateHttp($service.Url)
    $http.Method = 'POST'
    $http.Proxy = $null
    $http.Timeout = $limitMs
    $http.ReadWriteTimeout = $limitMs
    $http.Accept = 'application/x-ndjson'
    $http.Headers.Add('Authorization', "Bearer $($service.Secret)")
    $http.Headers.Add('Prefer', "wait=$([System.Math]::Max(0, [int][System.Math]::Floor($waitMs / 1000)))")
    $parts = [System.Text.Encoding]::ASCII.GetBytes($before), $request, [System.Text.Encoding]::ASCII.GetBytes('}')
    $http.ContentLength = $parts[0].Length + $parts[1].Length + $parts[2].Length
    try {
        $body = $http.GetRequestStream()
        foreach ($part in $parts) { $body.Write($part, 0, $part.Length) }
        $body.Close()
        $response = $http.GetResponse()
    }
    catch { throw (Find-Refusal $service $_.Exception) }
    [System.IO.StreamReader]::new($response.GetResponseStream())
}

# Reads the lines of the service as they come: records go to the platform, the answer is kept in $run.
function Receive-Lines($reader, $limitMs, $run) {
    while ($true) {
        $reading = $reader.ReadLineAsync()
        # Not for long: PowerShell cannot be stopped in the meantime.
        while (-not $reading.Wait(200)) {
            $run.TimedOut = $run.Watch.ElapsedMilliseconds -ge $limitMs
            if ($run.TimedOut) { return }
        }
        $line = $reading.Result
        if ($null -eq $line) { return }
        $document = Read-Line $line
        $answer = Read-Property $document 'answer'
        if ($null -ne $answer) { $run.Answers += $answer }
        elseif ($null -ne (Read-Property $document 'level')) { Write-LogLine $line }
        else { Read-Document $line $run }
    }
}

# What is wrong with what came from the service; nothing when it is one usable answer.
function Find-ServiceFault($run, $limitMs) {
    $unknown = 'It is unknown whether anything was changed.'
    if ($run.TimedOut) { return "The service did not answer within $([int]($limitMs / 1000)) seconds. $unknown" }
    if ($null -ne $run.Rubbish) { return "The service wrote something that is not an answer. $unknown" }
    if ($run.Answers.Count -ne 1) { return "The service gave $($run.Answers.Count) answers; expected one. $unknown" }
    $success = Read-Property (Read-Property $run.Answers[0] 'outputContext') 'Success'
    if ($success -isnot [bool]) { return "The service's answer has no Success of true or false. $unknown" }
}

# Has the event carried out by the service.
function Invoke-Service($run) {
    $jsonOptions = Find-JsonOptions
    Set-Output 'Success' $false
    $limitMs = Find-Limit
    $reader = Send-Event (Read-Service) (New-Request) $limitMs $run
    try { Receive-Lines $reader $limitMs $run } finally { $reader.Dispose() }
    $run.Fault = Find-ServiceFault $run $limitMs
}

# One line of stdout: a record goes to the platform, the answer is kept.
function Read-Document($line, $run) {
    if ($line.Trim() -eq '') { return }
    $document = Read-Line $line
    $record = Read-Property $document 'record'
    if ($null -ne (Read-Property $document 'outputContext')) { $run.Answers += $document }
    elseif ($null -ne $record -and $run.Answers.Count -eq 0) { Write-Output $record }
    elseif ($null -eq $run.Rubbish) { $run.Rubbish = Protect-Text $line }
}

# What is wrong with a run that does not end with one usable answer; nothing when it does.
function Find-Fault($process, $run, $limitMs) {
    $unknown = 'It is unknown whether anything was changed.'
    if ($run.TimedOut) {
        return "The connector did not end within $([int]($limitMs / 1000)) seconds and was stopped. $unknown"
    }
    $exitCode = $process.ExitCode
    if ($null -ne $run.Rubbish) {
        Write-Information "The connector wrote: $($run.Rubbish)"
        return "The connector wrote something that is not an answer (exit code $exitCode). $unknown"
    }
    if ($run.Answers.Count -eq 0) {
        $fault = "The connector ended without an answer (exit code $exitCode). $unknown"
        $node = Read-Path 'NodePath'
        # The connector itself always answers before it ends well.
        if ($exitCode -eq 0 -and $node -ne '') { $fault += " Check that `"Node path`" (NodePath) is Node.js: $node." }
        return $fault
    }
    if ($run.Answers.Count -gt 1) { return "The connector gave $($run.Answers.Count) answers; expected one. $unknown" }
    $success = Read-Property $run.Answers[0].outputContext 'Success'
    if ($success -isnot [bool]) { return "The connector's answer has no Success of true or false. $unknown" }
    if ($success -and $exitCode -ne 0) {
        return "The connector reported success, but ended with exit code $exitCode. $unknown"
    }
}

# Has the event carried out by a bundle.
function Invoke-Bundle($run) {
    $process = $null
    try {
        $folder = Find-Folder
        $bundle = Find-Bundle $folder
        $node = Find-Node $folder
        $process = Start-Bundle $node $bundle
        $request = New-Request
        $sending = $process.StandardInput.BaseStream.WriteAsync($request, 0, $request.Length)
        # All that can wait comes after this: what PowerShell does for the first time takes it long, and Node.js works
        # in the meantime.
        Set-Output 'Success' $false
        $limitMs = Find-Limit
        Receive-Answer $process $sending $limitMs $run
        $run.Fault = Find-Fault $process $run $limitMs
    }
    finally {
        if ($null -ne $process) {
            Stop-Bundle $process
            $process.Dispose()
        }
    }
}

function Invoke-Connector {
    $ErrorActionPreference = 'Stop'
    $run = @{
        Watch = [System.Diagnostics.Stopwatch]::StartNew(); Answers = @(); Rubbish = $null; TimedOut = $false
        Fault = $null
    }
    try {
        # Never both: an event that the service has received may be running.
        if ((Read-Path 'ServeSocket') -ne '') { Invoke-Service $run } else { Invoke-Bundle $run }
        if ($null -eq $run.Fault) {
            $answer = $run.Answers[0].outputContext
            foreach ($property in $answer.PSObject.Properties) {
                if ($property.Name -ne 'Success') { Set-Output $property.Name $property.Value }
            }
            Set-Output 'Success' $answer.Success
        }
    }
    catch { $run.Fault = Protect-Text $_.Exception.Message }
    if ($null -ne $run.Fault) {
        Set-Output 'Success' $false
        Set-Output 'AuditLogs' @([PSCustomObject]@{ Message = $run.Fault; IsError = $true })
        Write-Problem $run.Fault
    }
}

Invoke-Connector
