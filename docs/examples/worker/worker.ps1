# Runs the current version of the connector as a worker, and starts it again when it asks for that (exit code 75).
$folder = 'C:\Program Files\exchange-online-connector'
do {
    $version = (Get-Content -LiteralPath "$folder\current" -TotalCount 1).Trim()
    $node = if (Test-Path "$folder\$version\node\node.exe") { "$folder\$version\node\node.exe" } else { 'node' }
    & $node "$folder\$version\exo-connector.mjs" worker --at-once 16 --per-tenant 6 --drain 30
} while ($LASTEXITCODE -eq 75)
exit $LASTEXITCODE
