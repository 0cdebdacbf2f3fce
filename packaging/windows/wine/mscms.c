/* For the check under Wine alone: Qt's window asks for colour profiles by a function that Wine's own library lacks. */

#include <windows.h>

#define GIVEN __declspec(dllexport)

GIVEN HANDLE WINAPI WcsCreateIccProfile(HANDLE profile, DWORD options) { (void)profile; (void)options; return NULL; }
GIVEN HANDLE WINAPI WcsOpenColorProfileW(void *a, void *b, void *c, DWORD d, DWORD e, DWORD f, DWORD g)
{
    (void)a; (void)b; (void)c; (void)d; (void)e; (void)f; (void)g;
    return NULL;
}
GIVEN HANDLE WINAPI OpenColorProfileW(void *profile, DWORD access, DWORD share, DWORD mode)
{
    (void)profile; (void)access; (void)share; (void)mode;
    return NULL;
}
GIVEN BOOL WINAPI CloseColorProfile(HANDLE profile) { (void)profile; return TRUE; }
GIVEN BOOL WINAPI GetColorProfileFromHandle(HANDLE profile, BYTE *data, DWORD *size)
{
    (void)profile; (void)data; (void)size;
    return FALSE;
}
GIVEN BOOL WINAPI GetColorDirectoryW(const WCHAR *machine, WCHAR *folder, DWORD *size)
{
    (void)machine; (void)folder; (void)size;
    return FALSE;
}
GIVEN BOOL WINAPI GetStandardColorSpaceProfileW(const WCHAR *machine, DWORD space, WCHAR *profile, DWORD *size)
{
    (void)machine; (void)space; (void)profile; (void)size;
    return FALSE;
}
