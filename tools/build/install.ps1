<#
.SYNOPSIS
Installs this version of the Exchange Online connector on an agent server, or returns to the version before it.
.DESCRIPTION
Checks that the unpacked archive is complete and unchanged, copies it to a folder of its version in the target folder,
and makes it the current version. Events that are running keep the version they started with. Earlier versions stay.
.PARAMETER Target
The folder of the connector: the "Connector path" (ConnectorPath) of the configuration form. Choose one that only
administrators can write.
.PARAMETER Rollback
Makes the version current that was current before.
.EXAMPLE
powershell -ExecutionPolicy Bypass -File .\install.ps1 -Target 'C:\Program Files\exchange-online-connector'
.EXAMPLE
powershell -ExecutionPolicy Bypass -File .\install.ps1 -Target 'C:\Program Files\exchange-online-connector' -Rollback
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [string] $Target,
    [switch] $Rollback
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# Bridge scripts use the same pattern: a name and never a path.
$versionPattern = '^[A-Za-z0-9][A-Za-z0-9._-]*\z'

function Read-Manifest($folder) {
    $file = [System.IO.Path]::Combine($folder, 'manifest.json')
    if (-not [System.IO.File]::Exists($file)) { throw "There is no file $file." }
    try {
        $manifest = ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText($file))
        $version = [string]$manifest.version
        $files = @($manifest.files | Where-Object { $_.path -and $_.sha256 })
    }
    catch { throw "The file $file cannot be read: $($_.Exception.Message)" }
    if ($version -notmatch $versionPattern) { throw "The file $file does not name a version." }
    @{ Version = $version; Files = $files }
}

# What Node made of the bundles of an installed version. It is no part of any archive, and is never copied.
$compiled = 'compiled/'

# Throws unless the folder has every file of the manifest, unchanged, and no other but what Node made of them. The
# advice is what to do about others.
function Assert-Files($folder, $manifest, $advice = '') {
    # Names with regard to case, as on systems where two files can differ in nothing else.
    $found = [System.Collections.Generic.HashSet[string]]::new()
    foreach ($file in [System.IO.Directory]::GetFiles($folder, '*', 'AllDirectories')) {
        $name = $file.Substring($folder.Length + 1).Replace('\', '/')
        if (-not $name.StartsWith($compiled, 'Ordinal')) { [void]$found.Add($name) }
    }
    [void]$found.Remove('manifest.json')
    foreach ($file in $manifest.Files) {
        if (-not $found.Remove($file.path)) { throw "The file $($file.path) is missing in $folder." }
        $path = [System.IO.Path]::Combine($folder, $file.path)
        $hash = (Get-FileHash -LiteralPath $path -Algorithm SHA256 -ErrorAction Stop).Hash.ToLowerInvariant()
        if ($hash -ne $file.sha256) {
            throw "The file $($file.path) in $folder was changed: its SHA256 is $hash, expected $($file.sha256)."
        }
    }
    foreach ($path in $found) {
        throw "The file $path in $folder does not belong to version $($manifest.Version). $advice".Trim()
    }
}

# Renames a folder, or a file, which replaces a file of that name. Windows renames nothing that a virus scanner or an
# event that starts has open: that passes.
function Rename-Patiently($from, $to) {
    $turns = 50
    foreach ($turn in 1..$turns) {
        try {
            if ([System.IO.Directory]::Exists($from)) { [System.IO.Directory]::Move($from, $to) }
            else { Move-Over $from $to }
            return
        }
        catch { if ($turn -eq $turns) { throw } }
        Start-Sleep -Milliseconds 100
    }
}

# One rename, so that a reader finds the old file or the new one, and never none. On Windows both methods call
# MoveFileEx with MOVEFILE_REPLACE_EXISTING (dotnet/runtime, File.Move; dotnet/corefx, FileSystem.Portable.vb);
# elsewhere File.Move is rename(2). File.Move of Windows PowerShell's .NET Framework cannot overwrite. File.Replace
# (ReplaceFile) can end with no file of that name (documented: ERROR_UNABLE_TO_MOVE_REPLACEMENT), and deleting it first
# always does.
function Move-Over($from, $to) {
    if ($PSVersionTable.PSVersion.Major -ge 6) { [System.IO.File]::Move($from, $to, $true) }
    else {
        Add-Type -AssemblyName 'Microsoft.VisualBasic'
        [Microsoft.VisualBasic.FileIO.FileSystem]::MoveFile($from, $to, $true)
    }
}

# The current version and the one before it, as far as they are known. Both are in the file current, a line each, so
# that one rename changes both. Bridge scripts read the first line.
function Read-Current($target) {
    $versions = @{ Current = ''; Previous = '' }
    $file = [System.IO.Path]::Combine($target, 'current')
    if (-not [System.IO.File]::Exists($file)) { return $versions }
    $lines = @([System.IO.File]::ReadAllText($file).Split("`n") | ForEach-Object { $_.Trim() }) + ''
    if ($lines[0] -match $versionPattern) { $versions.Current = $lines[0] }
    if ($lines[1] -match $versionPattern) { $versions.Previous = $lines[1] }
    $versions
}

function Write-Current($target, $version, $previous) {
    $new = [System.IO.Path]::Combine($target, 'current.new')
    [System.IO.File]::WriteAllText($new, "$version`n$previous`n")
    Rename-Patiently $new ([System.IO.Path]::Combine($target, 'current'))
}

# Copies the version to a folder that no one reads, and renames that: a folder with the name of a version is whole.
function Copy-Version($source, $manifest, $target) {
    $folder = [System.IO.Path]::Combine($target, $manifest.Version)
    if ([System.IO.Directory]::Exists($folder)) {
        try { Assert-Files $folder $manifest }
        catch { throw "Version $($manifest.Version) is installed already, with other files. $($_.Exception.Message)" }
        return
    }
    $incoming = [System.IO.Path]::Combine($target, '.incoming')
    if ([System.IO.Directory]::Exists($incoming)) { [System.IO.Directory]::Delete($incoming, $true) }
    foreach ($path in @($manifest.Files | ForEach-Object { $_.path }) + 'manifest.json') {
        $copy = [System.IO.Path]::Combine($incoming, $path)
        [void][System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($copy))
        [System.IO.File]::Copy([System.IO.Path]::Combine($source, $path), $copy)
    }
    Assert-Files $incoming $manifest
    Rename-Patiently $incoming $folder
}

# Events start faster with compiled bundles, and work without: a failure is told and changes nothing.
function Invoke-Precompile($folder) {
    $script = [System.IO.Path]::Combine($folder, 'precompile.cjs')
    if (-not [System.IO.File]::Exists($script)) { return }
    $later = "Events start faster after: node ""$script"""
    $private = @('node/node.exe', 'node/node') | ForEach-Object { [System.IO.Path]::Combine($folder, $_) }
    $found = @($private | Where-Object { [System.IO.File]::Exists($_) })
    $found += @(Get-Command -Name 'node' -CommandType Application -ErrorAction SilentlyContinue | ForEach-Object { $_.Path })
    if ($found.Count -eq 0) { return "Node.js was not found, so the bundles are not compiled. $later" }
    try {
        $start = [System.Diagnostics.ProcessStartInfo]::new($found[0], """$script""")
        $start.UseShellExecute = $false
        $start.CreateNoWindow = $true
        $start.RedirectStandardOutput = $true
        $process = [System.Diagnostics.Process]::Start($start)
        $output = $process.StandardOutput.ReadToEnd().Trim()
        $process.WaitForExit()
        if ($process.ExitCode -ne 0) { throw "Node.js ended with exit code $($process.ExitCode)." }
        $output
    }
    catch { "The bundles are not compiled: $($_.Exception.Message) $later" }
}

function Install-Version($source, $target) {
    $manifest = Read-Manifest $source
    # Such as the files of another version, when its archive was unpacked into the same folder.
    Assert-Files $source $manifest 'Unpack the archive into an empty folder.'
    Copy-Version $source $manifest $target
    $before = (Read-Current $target).Current
    if ($before -eq $manifest.Version) { return "Version $before is installed in $target and was current already." }
    Invoke-Precompile ([System.IO.Path]::Combine($target, $manifest.Version))
    Write-Current $target $manifest.Version $before
    "Version $($manifest.Version) is installed in $target and current. Events that start from now on use it."
    if ($before -ne '') { "The version before was ${before}: -Rollback returns to it." }
}

function Undo-Version($target) {
    $versions = Read-Current $target
    if ($versions.Previous -eq '') { throw "The file current in $target names no version before the current one." }
    $folder = [System.IO.Path]::Combine($target, $versions.Previous)
    if (-not [System.IO.Directory]::Exists($folder)) {
        throw "Version $($versions.Previous) is no longer installed: there is no folder $folder."
    }
    Assert-Files $folder (Read-Manifest $folder)
    Write-Current $target $versions.Previous $versions.Current
    "Version $($versions.Previous) is current again. Events that start from now on use it."
    "The version before was $($versions.Current): -Rollback returns to it."
}

# A version with anything added to it could never be installed or returned to again.
function Assert-Target($folder, $source) {
    if ([System.IO.File]::Exists([System.IO.Path]::Combine($folder, 'manifest.json'))) {
        $parent = [System.IO.Path]::GetFullPath([System.IO.Path]::Combine($folder, '..'))
        $hint = 'Expected another folder.'
        if ([System.IO.File]::Exists([System.IO.Path]::Combine($parent, 'current'))) { $hint = "Was $parent meant?" }
        throw "The target folder $folder is itself an unpacked or installed version. $hint"
    }
    if ("$folder/".Replace('\', '/').StartsWith("$source/".Replace('\', '/'), 'OrdinalIgnoreCase')) {
        throw "The target folder $folder is inside $source; expected a folder elsewhere."
    }
}

# Not two installations at once. The lock ends with this script, whatever ends it.
function Lock-Folder($folder) {
    $file = [System.IO.Path]::Combine($folder, '.lock')
    try { [System.IO.File]::Open($file, 'OpenOrCreate', 'ReadWrite', 'None') }
    catch { throw "Is another installation running? $($_.Exception.GetBaseException().Message)" }
}

$lock = $null
$hasCurrent = $false
try {
    $source = [System.IO.Path]::GetFullPath($PSScriptRoot)
    $folder = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Target)
    $folder = [System.IO.Path]::GetFullPath($folder)
    Assert-Target $folder $source
    $hasCurrent = [System.IO.File]::Exists([System.IO.Path]::Combine($folder, 'current'))
    if ($Rollback -and -not $hasCurrent) { throw "There is no installation in $folder." }
    [void][System.IO.Directory]::CreateDirectory($folder)
    $lock = Lock-Folder $folder
    if ($Rollback) { Undo-Version $folder } else { Install-Version $source $folder }
}
catch {
    $reason = $_.Exception.GetBaseException().Message
    if ($hasCurrent) { $reason = "The current version stays as it is. $reason" }
    Write-Error -Message $reason -ErrorAction Continue
    exit 1
}
finally { if ($null -ne $lock) { $lock.Dispose() } }
