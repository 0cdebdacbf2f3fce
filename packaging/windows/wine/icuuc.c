/* For the check under Wine alone: Windows has ICU since 10 1703, Wine has none. Each answer is "I have no such converter",
   on which Qt falls back to its own; UTF-8 and Latin-1 never come here. */

#define OUT __declspec(dllexport)
enum { NO_FILE = 4 };

OUT void *ucnv_open(const char *name, int *error) { (void)name; if (error) *error = NO_FILE; return 0; }
OUT void ucnv_close(void *converter) { (void)converter; }
OUT void ucnv_reset(void *converter) { (void)converter; }
OUT signed char ucnv_getMaxCharSize(const void *converter) { (void)converter; return 1; }
OUT const char *ucnv_getName(const void *converter, int *error) { (void)converter; if (error) *error = NO_FILE; return 0; }
OUT int ucnv_countAvailable(void) { return 0; }
OUT const char *ucnv_getAvailableName(int number) { (void)number; return 0; }
OUT const char *ucnv_getStandardName(const char *name, const char *standard, int *error)
{
    (void)name; (void)standard;
    if (error) *error = NO_FILE;
    return 0;
}
OUT int ucnv_fromUCountPending(const void *converter, int *error) { (void)converter; if (error) *error = NO_FILE; return 0; }
OUT int ucnv_toUCountPending(const void *converter, int *error) { (void)converter; if (error) *error = NO_FILE; return 0; }

#define NOTHING(name) OUT void name(void) { }
NOTHING(UCNV_FROM_U_CALLBACK_SUBSTITUTE) NOTHING(UCNV_TO_U_CALLBACK_SUBSTITUTE)
NOTHING(ucnv_getToUCallBack) NOTHING(ucnv_getFromUCallBack) NOTHING(ucnv_setToUCallBack) NOTHING(ucnv_setFromUCallBack)
NOTHING(ucnv_cbToUWriteUChars) NOTHING(ucnv_cbFromUWriteUChars) NOTHING(ucnv_toUnicode) NOTHING(ucnv_fromUnicode)
