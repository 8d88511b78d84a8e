#include <Python.h>
#include <gmp.h>

/* fibonacci(n): the nth Fibonacci number, in decimal digits. */
static PyObject *fibonacci(PyObject *self, PyObject *argument) {
    unsigned long n = PyLong_AsUnsignedLong(argument);
    if (PyErr_Occurred())
        return NULL;
    mpz_t number;
    mpz_init(number);
    mpz_fib_ui(number, n);
    char *digits = mpz_get_str(NULL, 10, number);
    PyObject *result = PyUnicode_FromString(digits);
    void (*release)(void *, size_t);
    mp_get_memory_functions(NULL, NULL, &release);
    release(digits, strlen(digits) + 1);
    mpz_clear(number);
    return result;
}

static PyMethodDef methods[] = {{"fibonacci", fibonacci, METH_O, "The nth Fibonacci number."}, {NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_gmpsum", NULL, 0, methods};

PyMODINIT_FUNC PyInit__gmpsum(void) { return PyModule_Create(&module); }
