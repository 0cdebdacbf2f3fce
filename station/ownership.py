"""Tells whether a file that steers this program may be believed: who owns it, and who may write into it."""

import os
import sys
from pathlib import Path


def is_trusted(path: Path) -> bool:
    """Whether only this user or those who look after the computer can have written it. Raises OSError."""
    return _is_ours(path)


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _FILE_OBJECT, _OWNER = 1, 1
    _SYSTEM, _ADMINISTRATORS = 22, 26  # WinLocalSystemSid, WinBuiltinAdministratorsSid
    _INSTALLER = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"  # TrustedInstaller has no number
    _TOKEN_QUERY, _TOKEN_USER = 8, 1

    def _is_ours(path: Path) -> bool:
        advapi = ctypes.WinDLL("advapi32", use_last_error=True)
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        owner, descriptor = ctypes.c_void_p(), ctypes.c_void_p()
        failed = advapi.GetNamedSecurityInfoW(
            str(path), _FILE_OBJECT, _OWNER, ctypes.byref(owner), None, None, None, ctypes.byref(descriptor)
        )
        if failed:
            raise OSError(0, ctypes.FormatError(failed), str(path), failed)  # or FileNotFoundError
        try:
            if any(advapi.IsWellKnownSid(owner, kind) for kind in (_SYSTEM, _ADMINISTRATORS)):
                return True
            return _text_of(owner) == _INSTALLER or bool(advapi.EqualSid(owner, _user()[0]))
        finally:
            kernel.LocalFree(descriptor)

    def _text_of(sid: "ctypes.c_void_p") -> str:
        text = wintypes.LPWSTR()
        if not ctypes.WinDLL("advapi32").ConvertSidToStringSidW(sid, ctypes.byref(text)):
            return ""
        try:
            return text.value or ""
        finally:
            ctypes.WinDLL("kernel32").LocalFree(text)

    def _user() -> "tuple[ctypes.c_void_p, ctypes.Array[ctypes.c_char]]":
        """This process's user, and the memory that it lies in."""
        advapi, kernel = ctypes.WinDLL("advapi32"), ctypes.WinDLL("kernel32")
        kernel.GetCurrentProcess.restype = wintypes.HANDLE
        token, size = wintypes.HANDLE(), wintypes.DWORD()
        if not advapi.OpenProcessToken(wintypes.HANDLE(kernel.GetCurrentProcess()), _TOKEN_QUERY, ctypes.byref(token)):
            raise OSError(0, ctypes.FormatError(), "this process")
        try:
            advapi.GetTokenInformation(token, _TOKEN_USER, None, 0, ctypes.byref(size))
            memory = ctypes.create_string_buffer(max(size.value, 1))
            if not advapi.GetTokenInformation(token, _TOKEN_USER, memory, size, ctypes.byref(size)):
                raise OSError(0, ctypes.FormatError(), "this process")
        finally:
            kernel.CloseHandle(token)
        return ctypes.c_void_p.from_buffer(memory), memory

else:

    def _is_ours(path: Path) -> bool:
        told = path.stat()
        return told.st_uid in (0, os.getuid()) and not told.st_mode & 0o002
