/* Starts the station with the Python that lies beside it: station.exe without a console, station-cli.exe with one.

   No Python needs to be on the machine, and none that is there is touched: the runtime's own python313._pth says
   where modules are, and -I keeps the environment's PYTHON… variables out. Where portable.txt lies beside the program,
   everything that it keeps lies beside it too. */

#include <windows.h>
#include <shobjidl.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#ifndef CONSOLE
#define CONSOLE 0
#endif

typedef int (*py_main)(int, wchar_t **);

static const wchar_t *const TITLE = L"Claiming Station";

/* Says what is wrong where a person looks: in the console, or else in a box. */
static int complain(const wchar_t *sentence, const wchar_t *path, DWORD code)
{
    wchar_t reason[512] = L"";
    wchar_t *text;
    size_t length;

    if (code != 0)
        FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL, code, 0, reason, 512, NULL);
    length = wcslen(sentence) + wcslen(path) + wcslen(reason) + 128;
    text = malloc(length * sizeof *text);
    if (text == NULL)
        return 70;
    swprintf(text, length, L"%ls\n\n%ls\n%ls\nInstall the Claiming Station again. Your data stays as it is.",
             sentence, path, reason);
    if (CONSOLE)
        fwprintf(stderr, L"station: %ls\n", text);
    else
        MessageBoxW(NULL, text, TITLE, MB_OK | MB_ICONERROR);
    free(text);
    return 70;
}

/* The folder of this program, without a closing backslash; NULL where there is no memory. Paths may be long. */
static wchar_t *own_folder(void)
{
    DWORD room = MAX_PATH;
    for (;;) {
        wchar_t *path = malloc(room * sizeof *path);
        DWORD used;
        if (path == NULL)
            return NULL;
        used = GetModuleFileNameW(NULL, path, room);
        if (used > 0 && used < room) {
            wchar_t *end = wcsrchr(path, L'\\');
            if (end != NULL)
                *end = L'\0';
            return path;
        }
        free(path);
        if (used == 0 || room > 0x10000)
            return NULL;
        room *= 2;
    }
}

static wchar_t *join(const wchar_t *folder, const wchar_t *name)
{
    size_t length = wcslen(folder) + wcslen(name) + 2;
    wchar_t *path = malloc(length * sizeof *path);
    if (path != NULL)
        swprintf(path, length, L"%ls\\%ls", folder, name);
    return path;
}

static int is_there(const wchar_t *path) { return path != NULL && GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES; }

/* A copy on a stick keeps its data on the stick, unless the environment says where. */
static void keep_data_beside(const wchar_t *folder)
{
    wchar_t *mark = join(folder, L"portable.txt");
    wchar_t *home = join(folder, L"data");
    if (is_there(mark) && home != NULL && GetEnvironmentVariableW(L"STATION_HOME", NULL, 0) == 0)
        SetEnvironmentVariableW(L"STATION_HOME", home);
    free(mark);
    free(home);
}

static int run(HMODULE python, wchar_t *script, int count, wchar_t **words)
{
    static wchar_t isolated[] = L"-I", option[] = L"-X", utf8[] = L"utf8";
    py_main start = (py_main)(void (*)(void))GetProcAddress(python, "Py_Main");
    wchar_t **given;
    int used = 0;

    if (start == NULL)
        return complain(L"The station's Python is not the one that was installed.", script, GetLastError());
    given = calloc((size_t)count + 5, sizeof *given);
    if (given == NULL)
        return 70;
    given[used++] = words[0];
    given[used++] = isolated;
    given[used++] = option;
    given[used++] = utf8; /* what is written to a pipe is UTF-8, whatever the machine's code page is */
    given[used++] = script;
    for (int each = 1; each < count; each++)
        given[used++] = words[each];
    return start(used, given);
}

int wmain(int count, wchar_t **words)
{
    wchar_t *folder = own_folder();
    wchar_t *library, *script;
    HMODULE python;

    if (folder == NULL)
        return complain(L"The station cannot tell where it lies.", L"", GetLastError());
    library = join(folder, L"runtime\\python313.dll");
    script = join(folder, L"app\\launch.py");
    if (library == NULL || script == NULL)
        return 70;
    if (!is_there(library))
        return complain(L"A part of the station is missing: the folder \"runtime\" with its Python.", library, 0);
    if (!is_there(script))
        return complain(L"A part of the station is missing: the folder \"app\".", script, 0);
    SetDllDirectoryW(L""); /* nothing is loaded from the folder that a person happens to stand in */
    if (!CONSOLE)
        SetCurrentProcessExplicitAppUserModelID(L"ClaimingStation.Desk");
    keep_data_beside(folder);
    python = LoadLibraryExW(library, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
    if (python == NULL)
        return complain(L"The station's Python cannot be loaded.", library, GetLastError());
    return run(python, script, count, words);
}
