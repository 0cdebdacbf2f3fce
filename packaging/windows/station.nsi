; The installer: for one account, without an administrator. Rendered by nsis.py; what stands between @ is filled in there.
;
;   /S                 no questions            /D=C:\folder (last)  where to
;   /SETTINGS=file     settings.toml for every user of this computer (as "station provision")
;   /CA=file           certificate authorities (PEM) for every user of this computer
; The uninstaller: /S keeps the data, /S /PURGE removes it too.
; Exit status: 0 done, 1 stopped by the person, 2 stopped by an error, 3 the station runs, 4 not this Windows,
; 5 /SETTINGS or /CA names no file, 6 installed, but those files were refused.

Unicode true
Target amd64-unicode
@COMPRESSOR@
@SIGNS@
ManifestDPIAware true
ManifestSupportedOS Win10
ManifestLongPathAware true
RequestExecutionLevel user

!include LogicLib.nsh
!include MUI2.nsh
!include FileFunc.nsh
!include WinVer.nsh
!include x64.nsh
!include Win\COM.nsh
!include Win\Propkey.nsh

!define PRODUCT "Claiming Station"
!define MODEL_ID "ClaimingStation.Desk"
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\ClaimingStation"
!define CLASSES "Software\Classes"
!define APP_PATHS "Software\Microsoft\Windows\CurrentVersion\App Paths"
!define DATA "$LOCALAPPDATA\claiming-station"
!define RUNS 3
!define UNFIT 4
!define NO_FILE 5
!define REFUSED 6

Name "${PRODUCT}"
OutFile "@OUTPUT@"
InstallDir "$LOCALAPPDATA\Programs\${PRODUCT}"
InstallDirRegKey HKCU "${UNINSTALL}" "InstallLocation"
BrandingText "${PRODUCT} @VERSION@"
ShowInstDetails nevershow
ShowUninstDetails nevershow
VIProductVersion "@NUMBERS@"
VIAddVersionKey "ProductName" "${PRODUCT}"
VIAddVersionKey "ProductVersion" "@VERSION@"
VIAddVersionKey "FileVersion" "@VERSION@"
VIAddVersionKey "FileDescription" "${PRODUCT}, set-up"
VIAddVersionKey "LegalCopyright" "Apache License 2.0"

!define MUI_ICON "@ICON@"
!define MUI_UNICON "@ICON@"
!define MUI_ABORTWARNING
!define MUI_FINISHPAGE_RUN "$INSTDIR\station.exe"
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
@LANGUAGES@

Var Settings
Var Authorities
Var Upgrade
Var Purge

; Nothing is changed under a running program. Windows lets nobody write to a program while it runs.
!macro STOP_WHILE_IT_RUNS
  Push $0
  StrCpy $0 ""
  IfFileExists "$INSTDIR\station.exe" 0 +6
    ClearErrors
    FileOpen $0 "$INSTDIR\station.exe" a
    IfErrors 0 +2
      StrCpy $0 "runs"
    FileClose $0
  ${If} $0 != "runs"
    IfFileExists "$INSTDIR\station-cli.exe" 0 +6
      ClearErrors
      FileOpen $0 "$INSTDIR\station-cli.exe" a
      IfErrors 0 +2
        StrCpy $0 "runs"
      FileClose $0
  ${EndIf}
  ClearErrors
  ${If} $0 == "runs"
    MessageBox MB_OK|MB_ICONEXCLAMATION "$(RUNS_ALREADY)" /SD IDOK
    SetErrorLevel ${RUNS}
    Pop $0
    Quit
  ${EndIf}
  Pop $0
!macroend

; A shortcut that Windows counts to the same program as its window, so that both share one button in the taskbar.
!macro SHORTCUT LINK
  CreateShortcut "${LINK}" "$INSTDIR\station.exe"
  !insertmacro ComHlpr_CreateInProcInstance ${CLSID_ShellLink} ${IID_IShellLink} r0 ""
  ${If} $0 P<> 0
    ${IUnknown::QueryInterface} $0 '("${IID_IPersistFile}",.r1)'
    ${If} $1 P<> 0
      ${IPersistFile::Load} $1 '("${LINK}", ${STGM_READWRITE})'
      ${IUnknown::QueryInterface} $0 '("${IID_IPropertyStore}",.r2)'
      ${If} $2 P<> 0
        System::Call 'oleaut32::SysAllocString(w "${MODEL_ID}")p.r5'
        System::Call '*${SYSSTRUCT_PROPERTYKEY}(${PKEY_AppUserModel_ID})p.r3'
        System::Call '*${SYSSTRUCT_PROPVARIANT}(${VT_BSTR},,p r5)p.r4'
        ${IPropertyStore::SetValue} $2 '($3,$4)'
        ${IPropertyStore::Commit} $2 ""
        System::Call 'oleaut32::SysFreeString(p r5)'
        System::Free $3
        System::Free $4
        ${IUnknown::Release} $2 ""
        ${IPersistFile::Save} $1 '("${LINK}",1)'
      ${EndIf}
      ${IUnknown::Release} $1 ""
    ${EndIf}
    ${IUnknown::Release} $0 ""
  ${EndIf}
!macroend

!macro OPENS KIND TITLE
  WriteRegStr HKCU "${CLASSES}\ClaimingStation.${KIND}" "" "${TITLE}"
  WriteRegStr HKCU "${CLASSES}\ClaimingStation.${KIND}\DefaultIcon" "" "$INSTDIR\station.exe,0"
  WriteRegStr HKCU "${CLASSES}\ClaimingStation.${KIND}\shell\open" "FriendlyAppName" "${PRODUCT}"
  WriteRegStr HKCU "${CLASSES}\ClaimingStation.${KIND}\shell\open\command" "" '"$INSTDIR\station.exe" "%1"'
!macroend

; Offered under "Open with"; what opens such files by itself stays as the person has it.
!macro OFFER ENDING KIND
  WriteRegNone HKCU "${CLASSES}\${ENDING}\OpenWithProgids" "ClaimingStation.${KIND}"
  WriteRegStr HKCU "${CLASSES}\Applications\station.exe\SupportedTypes" "${ENDING}" ""
!macroend

!macro WITHDRAW ENDING KIND
  DeleteRegValue HKCU "${CLASSES}\${ENDING}\OpenWithProgids" "ClaimingStation.${KIND}"
  DeleteRegKey /ifempty HKCU "${CLASSES}\${ENDING}\OpenWithProgids"
  DeleteRegKey /ifempty HKCU "${CLASSES}\${ENDING}"
!macroend

Function .onInit
  SetShellVarContext current
  ${IfNot} ${AtLeastWin10}
  ${OrIfNot} ${RunningX64}
    MessageBox MB_OK|MB_ICONSTOP "$(WRONG_WINDOWS)" /SD IDOK
    SetErrorLevel ${UNFIT}
    Quit
  ${EndIf}
  ${GetParameters} $R0
  ClearErrors
  ${GetOptions} $R0 "/SETTINGS=" $Settings
  ${GetOptions} $R0 "/CA=" $Authorities
  ClearErrors
  StrCpy $R1 $Settings
  Call stopWithoutFile
  StrCpy $R1 $Authorities
  Call stopWithoutFile
  !insertmacro STOP_WHILE_IT_RUNS
FunctionEnd

Function stopWithoutFile
  ${If} $R1 != ""
  ${AndIfNot} ${FileExists} "$R1"
    MessageBox MB_OK|MB_ICONSTOP "$(NO_SUCH_FILE)" /SD IDOK
    SetErrorLevel ${NO_FILE}
    Quit
  ${EndIf}
FunctionEnd

Section
  !insertmacro STOP_WHILE_IT_RUNS
  ; What an older version put here goes by that version's own list. Data lies elsewhere and is not touched.
  ${If} ${FileExists} "$INSTDIR\uninstall.exe"
    ExecWait '"$INSTDIR\uninstall.exe" /S /UPGRADE _?=$INSTDIR' $0
    ${If} $0 = ${RUNS}
      SetErrorLevel ${RUNS}
      Abort "$(RUNS_ALREADY)"
    ${EndIf}
  ${EndIf}
@FILES@
  SetOutPath "$INSTDIR"
  ${If} ${Errors}
    MessageBox MB_OK|MB_ICONSTOP "$(NOT_WRITTEN)" /SD IDOK
    SetErrorLevel 2
    Abort "$(NOT_WRITTEN)"
  ${EndIf}
  WriteUninstaller "$INSTDIR\uninstall.exe"
  !insertmacro SHORTCUT "$SMPROGRAMS\${PRODUCT}.lnk"

  WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "${PRODUCT}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "@VERSION@"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\station.exe,0"
  WriteRegStr HKCU "${UNINSTALL}" "Publisher" "${PRODUCT}"
  WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL}" "EstimatedSize" @KILOBYTES@
  WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1

  WriteRegStr HKCU "${APP_PATHS}\station.exe" "" "$INSTDIR\station.exe"
  WriteRegStr HKCU "${APP_PATHS}\station-cli.exe" "" "$INSTDIR\station-cli.exe"
  WriteRegStr HKCU "${CLASSES}\Applications\station.exe" "FriendlyAppName" "${PRODUCT}"
  WriteRegStr HKCU "${CLASSES}\Applications\station.exe\shell\open\command" "" '"$INSTDIR\station.exe" "%1"'
  !insertmacro OPENS "Picture" "$(PICTURE)"
  !insertmacro OPENS "List" "$(LIST)"
@OFFERS@
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'

  ${If} $Settings != ""
  ${OrIf} $Authorities != ""
    Call provide
  ${EndIf}
SectionEnd

; Settings and authorities are put in place by the program itself, which looks first whether they are right.
Function provide
  StrCpy $R0 ""
  ${If} $Settings != ""
    GetFullPathName $R1 "$Settings"
    StrCpy $R0 '$R0 --settings "$R1"'
  ${EndIf}
  ${If} $Authorities != ""
    GetFullPathName $R1 "$Authorities"
    StrCpy $R0 '$R0 --ca "$R1"'
  ${EndIf}
  nsExec::ExecToStack '"$INSTDIR\station-cli.exe" provision$R0'
  Pop $0
  Pop $1
  ${If} $0 != 0
    MessageBox MB_OK|MB_ICONEXCLAMATION "$(NOT_PROVIDED)" /SD IDOK
    SetErrorLevel ${REFUSED}
  ${EndIf}
FunctionEnd

Function un.onInit
  SetShellVarContext current
  ${GetParameters} $R0
  ClearErrors
  ${GetOptions} $R0 "/UPGRADE" $Upgrade
  StrCpy $Upgrade 1
  ${If} ${Errors}
    StrCpy $Upgrade 0
  ${EndIf}
  ClearErrors
  ${GetOptions} $R0 "/PURGE" $Purge
  StrCpy $Purge 1
  ${If} ${Errors}
    StrCpy $Purge 0
  ${EndIf}
  ClearErrors
  !insertmacro STOP_WHILE_IT_RUNS
FunctionEnd

Section un.Station
  !insertmacro STOP_WHILE_IT_RUNS
@REMOVALS@
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  ${If} $Upgrade = 1
    Return
  ${EndIf}
  Delete "$SMPROGRAMS\${PRODUCT}.lnk"
  DeleteRegKey HKCU "${UNINSTALL}"
  DeleteRegKey HKCU "${APP_PATHS}\station.exe"
  DeleteRegKey HKCU "${APP_PATHS}\station-cli.exe"
  DeleteRegKey HKCU "${CLASSES}\Applications\station.exe"
  DeleteRegKey HKCU "${CLASSES}\ClaimingStation.Picture"
  DeleteRegKey HKCU "${CLASSES}\ClaimingStation.List"
@WITHDRAWALS@
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
  ${If} $Purge = 0
  ${AndIf} ${FileExists} "${DATA}\*.*"
    MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 "$(REMOVE_DATA)" /SD IDNO IDNO keep
    StrCpy $Purge 1
    keep:
  ${EndIf}
  ${If} $Purge = 1
    RMDir /r "${DATA}"
  ${EndIf}
SectionEnd
