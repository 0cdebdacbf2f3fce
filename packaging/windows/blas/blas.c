/* The 22 functions of BLAS that numpy's core asks for, in plain C: in place of OpenBLAS, which weighs 21 MB for a speed
   that a desk has no use for. Names and arguments are CBLAS's with 64-bit integers, as numpy's wheel binds them.

   Matrices of either order are seen as an address and two steps, one a row and one a column, so that a transposed one
   is the same with its steps exchanged. Single precision is summed up in double. */

#include <complex.h>
#include <stdint.h>

#ifdef _WIN32
#define EXPORTED /* by a list of what numpy asks for */
#else
#define EXPORTED __attribute__((visibility("default")))
#endif

/* By which the list of parts knows it. */
__attribute__((used)) static const char told[] = "The station's BLAS 1";

typedef int64_t count;
typedef float complex complex_float;
typedef double complex complex_double;

enum order { BY_ROWS = 101, BY_COLUMNS = 102 };
enum turn { AS_IS = 111, TRANSPOSED = 112, CONJUGATED = 113 };
enum half { UPPER = 121, LOWER = 122 };

/* Where a vector begins: one with a negative step is walked from its other end, as BLAS has it. */
#define START(vector, number, step) ((vector) + ((step) < 0 ? (1 - (number)) * (step) : 0))

/* The steps of a matrix from row to row and from column to column. */
static void steps_of(enum order order, enum turn turn, count leading, count *row, count *column)
{
    int by_rows = (order == BY_ROWS) == (turn == AS_IS);
    *row = by_rows ? leading : 1;
    *column = by_rows ? 1 : leading;
}

#define SAME(value) (value)
#define VALUE(number) (number)
#define FLOAT_AT(place) (*(const complex_float *)(place))
#define DOUBLE_AT(place) (*(const complex_double *)(place))

/* letter, element, what sums are kept in, how a scalar is passed, how it is read, conjugate */
#define FUNCTIONS(letter, type, wide, scalar, READ, CONJUGATE)                                                         \
    static type sum_##letter(count number, const type *x, count by_x, const type *y, count by_y, int mirrored)         \
    {                                                                                                                  \
        wide sum = 0;                                                                                                  \
        x = START(x, number, by_x);                                                                                    \
        y = START(y, number, by_y);                                                                                    \
        for (count each = 0; each < number; each++) {                                                                  \
            wide left = x[each * by_x];                                                                                \
            sum += (mirrored ? CONJUGATE(left) : left) * (wide)y[each * by_y];                                         \
        }                                                                                                              \
        return (type)sum;                                                                                              \
    }                                                                                                                  \
                                                                                                                       \
    EXPORTED void scipy_cblas_##letter##axpy64_(count number, scalar factor, const type *x, count by_x, type *y,       \
                                                count by_y)                                                            \
    {                                                                                                                  \
        type by = READ(factor);                                                                                        \
        x = START(x, number, by_x);                                                                                    \
        y = START(y, number, by_y);                                                                                    \
        for (count each = 0; each < number; each++)                                                                    \
            y[each * by_y] += by * x[each * by_x];                                                                     \
    }                                                                                                                  \
                                                                                                                       \
    /* One element: factor * sum + before * what is there, which is not read where before is 0. */                    \
    static void settle_##letter(type *place, type factor, wide sum, type before)                                       \
    {                                                                                                                  \
        wide kept = before == 0 ? 0 : (wide)before * (wide)*place;                                                     \
        *place = (type)((wide)factor * sum + kept);                                                                    \
    }                                                                                                                  \
                                                                                                                       \
    EXPORTED void scipy_cblas_##letter##gemv64_(enum order order, enum turn turn, count rows, count columns,           \
                                                scalar factor, const type *a, count by_a, const type *x, count by_x,   \
                                                scalar before, type *y, count by_y)                                    \
    {                                                                                                                  \
        count row, column, long_side = turn == AS_IS ? rows : columns, sums = turn == AS_IS ? columns : rows;          \
        steps_of(order, turn, by_a, &row, &column);                                                                    \
        x = START(x, sums, by_x);                                                                                      \
        y = START(y, long_side, by_y);                                                                                 \
        for (count i = 0; i < long_side; i++) {                                                                        \
            wide sum = 0;                                                                                              \
            for (count k = 0; k < sums; k++) {                                                                         \
                wide left = a[i * row + k * column];                                                                   \
                sum += (turn == CONJUGATED ? CONJUGATE(left) : left) * (wide)x[k * by_x];                              \
            }                                                                                                          \
            settle_##letter(y + i * by_y, READ(factor), sum, READ(before));                                            \
        }                                                                                                              \
    }                                                                                                                  \
                                                                                                                       \
    EXPORTED void scipy_cblas_##letter##gemm64_(enum order order, enum turn turn_a, enum turn turn_b, count rows,      \
                                                count columns, count sums, scalar factor, const type *a, count by_a,   \
                                                const type *b, count by_b, scalar before, type *c, count by_c)         \
    {                                                                                                                  \
        count row_a, column_a, row_b, column_b, row_c, column_c;                                                       \
        steps_of(order, turn_a, by_a, &row_a, &column_a);                                                              \
        steps_of(order, turn_b, by_b, &row_b, &column_b);                                                              \
        steps_of(order, AS_IS, by_c, &row_c, &column_c);                                                               \
        for (count i = 0; i < rows; i++)                                                                               \
            for (count j = 0; j < columns; j++) {                                                                      \
                wide sum = 0;                                                                                          \
                for (count k = 0; k < sums; k++) {                                                                     \
                    wide left = a[i * row_a + k * column_a], right = b[k * row_b + j * column_b];                      \
                    sum += (turn_a == CONJUGATED ? CONJUGATE(left) : left) *                                           \
                           (turn_b == CONJUGATED ? CONJUGATE(right) : right);                                          \
                }                                                                                                      \
                settle_##letter(c + i * row_c + j * column_c, READ(factor), sum, READ(before));                        \
            }                                                                                                          \
    }                                                                                                                  \
                                                                                                                       \
    EXPORTED void scipy_cblas_##letter##syrk64_(enum order order, enum half half, enum turn turn, count size,          \
                                                count sums, scalar factor, const type *a, count by_a, scalar before,   \
                                                type *c, count by_c)                                                   \
    {                                                                                                                  \
        count row, column, row_c, column_c;                                                                            \
        steps_of(order, turn, by_a, &row, &column);                                                                    \
        steps_of(order, AS_IS, by_c, &row_c, &column_c);                                                               \
        for (count i = 0; i < size; i++)                                                                               \
            for (count j = half == UPPER ? i : 0; j < (half == UPPER ? size : i + 1); j++) {                           \
                wide sum = 0;                                                                                          \
                for (count k = 0; k < sums; k++)                                                                       \
                    sum += (wide)a[i * row + k * column] * (wide)a[j * row + k * column];                              \
                settle_##letter(c + i * row_c + j * column_c, READ(factor), sum, READ(before));                        \
            }                                                                                                          \
    }

/* A real sum is returned, a complex one is written to a place; of two complex ones one mirrors its first vector. */
#define REAL_DOT(letter, type)                                                                                         \
    EXPORTED type scipy_cblas_##letter##dot64_(count number, const type *x, count by_x, const type *y, count by_y)     \
    {                                                                                                                  \
        return sum_##letter(number, x, by_x, y, by_y, 0);                                                              \
    }

#define COMPLEX_DOT(letter, type, kind, mirrored)                                                                      \
    EXPORTED void scipy_cblas_##letter##dot##kind##_sub64_(count number, const type *x, count by_x, const type *y,     \
                                                           count by_y, type *sum)                                      \
    {                                                                                                                  \
        *sum = sum_##letter(number, x, by_x, y, by_y, mirrored);                                                       \
    }

FUNCTIONS(s, float, double, float, VALUE, SAME)
FUNCTIONS(d, double, double, double, VALUE, SAME)
FUNCTIONS(c, complex_float, complex_double, const void *, FLOAT_AT, conj)
FUNCTIONS(z, complex_double, complex_double, const void *, DOUBLE_AT, conj)
REAL_DOT(s, float)
REAL_DOT(d, double)
COMPLEX_DOT(c, complex_float, u, 0)
COMPLEX_DOT(c, complex_float, c, 1)
COMPLEX_DOT(z, complex_double, u, 0)
COMPLEX_DOT(z, complex_double, c, 1)
