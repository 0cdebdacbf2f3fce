"""The recipe of the Windows installer and of the copy for a stick; runs on Linux and on Windows."""
