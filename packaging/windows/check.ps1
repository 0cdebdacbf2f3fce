# Checks the installer on Windows itself: install, self-test, upgrade with data in it, refuse while it runs, uninstall.
param([string]$Older = "")
$ErrorActionPreference = "Stop"
$setup = (Get-ChildItem dist/claiming-station-*-windows-setup.exe | Sort-Object LastWriteTime | Select-Object -Last 1).FullName
$portable = (Get-ChildItem dist/claiming-station-*-windows-portable.zip | Sort-Object LastWriteTime | Select-Object -Last 1).FullName
$there = "$env:LOCALAPPDATA\Programs\Claiming Station"
$data = "$env:LOCALAPPDATA\claiming-station"
$key = "HKCU:\Software\Microsoft\Windows\CurrentVersion\Uninstall\ClaimingStation"
$work = New-Item -ItemType Directory -Force build/windows-check

function Expect([bool]$good, [string]$sentence) { if (-not $good) { throw "check-windows: FAILED: $sentence" } }

function Install([string]$what) {
    $done = Start-Process -Wait -PassThru -FilePath $what -ArgumentList "/S"
    Expect ($done.ExitCode -eq 0) "$what ended with $($done.ExitCode)"
}

function Remove-Station([string]$how) {
    # The uninstaller goes on as a copy of itself, so it is waited for by what it leaves.
    Start-Process -Wait -FilePath "$there\uninstall.exe" -ArgumentList $how
    foreach ($second in 1..60) { if (-not (Test-Path $key)) { break }; Start-Sleep 1 }
    Start-Sleep 5
}

function Test-Station([string]$name, [string]$program) {
    & $program --self-test --json | Out-File -Encoding utf8 "$work\$name.jsonl"
    $status = $LASTEXITCODE
    python packaging/windows/read_self_test.py "$work\$name.jsonl"
    Expect ($LASTEXITCODE -eq 0 -and $status -eq 0) "the self-test of $name"
}

if ($Older) { Install (Resolve-Path $Older) } else { Install $setup }
& "$there\station-cli.exe" claim --batch before --no-dry-run --by Anna --json c1sample0000000000d0
Expect ($LASTEXITCODE -eq 0) "nothing could be claimed"
Install $setup
Expect ((& "$there\station-cli.exe" receipt before --json | Out-String) -match "c1sample0000000000d0") "the upgrade lost a claim"
Test-Station "installed" "$there\station-cli.exe"
if ($env:SIGNTOOL) {
    foreach ($program in $setup, "$there\station.exe", "$there\station-cli.exe", "$there\uninstall.exe") {
        Expect ($null -ne (Get-AuthenticodeSignature $program).SignerCertificate) "$program is not signed"
    }
}

$running = Start-Process -PassThru -FilePath "$there\station-cli.exe" -ArgumentList "serve --practice --port 18470"
Start-Sleep 10
$done = Start-Process -Wait -PassThru -FilePath $setup -ArgumentList "/S"
Expect ($done.ExitCode -eq 3) "the installer ran while the station was running"
Stop-Process -Id $running.Id
$running.WaitForExit()

$window = Start-Process -PassThru -FilePath "$there\station.exe"
foreach ($second in 1..60) { $window.Refresh(); if ($window.MainWindowHandle -ne 0) { break }; Start-Sleep 1 }
Expect ($window.MainWindowHandle -ne 0) "no window came up"
[void]$window.CloseMainWindow()
if (-not $window.WaitForExit(30000)) { Stop-Process -Id $window.Id }

Expand-Archive $portable -DestinationPath "$work\Stick für Ålesund" -Force
Test-Station "portable" "$work\Stick für Ålesund\Claiming Station\station-cli.exe"

Set-Content "$there\foreign.txt" "not ours"
Remove-Station "/S"
Expect (-not (Test-Path $key)) "the registry still names it"
$left = (Get-ChildItem -Recurse -File $there | Select-Object -ExpandProperty Name) -join " "
Expect ($left -eq "foreign.txt") "left after uninstalling: $left"
Expect (Test-Path $data) "uninstalling removed the data"
Install $setup
Remove-Station "/S /PURGE"
Expect (-not (Test-Path $data)) "/PURGE left data"
Write-Output "check-windows: everything works on this Windows"
