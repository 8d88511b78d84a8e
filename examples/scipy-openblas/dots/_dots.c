#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <cblas.h>

/* scipy-openblas puts a prefix before the names of BLAS, so that no other BLAS in the process is taken for it. */
#ifdef BLAS_SYMBOL_PREFIX
#define WITH_(prefix, name) prefix##name
#define WITH(prefix, name) WITH_(prefix, name)
#define cblas_ddot WITH(BLAS_SYMBOL_PREFIX, cblas_ddot)
#endif

/* dot(a, b): the scalar product of two buffers of doubles of the same length. */
static PyObject *dot(PyObject *self, PyObject *args) {
    Py_buffer a, b;
    if (!PyArg_ParseTuple(args, "y*y*", &a, &b))
        return NULL;
    PyObject *result = NULL;
    if (a.len != b.len || a.len % sizeof(double))
        PyErr_SetString(PyExc_ValueError, "two buffers of doubles of the same length are needed");
    else
        result = PyFloat_FromDouble(cblas_ddot((int)(a.len / sizeof(double)), a.buf, 1, b.buf, 1));
    PyBuffer_Release(&a);
    PyBuffer_Release(&b);
    return result;
}

static PyMethodDef methods[] = {{"dot", dot, METH_VARARGS, "The scalar product."}, {NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_dots", NULL, 0, methods};

PyMODINIT_FUNC PyInit__dots(void) { return PyModule_Create(&module); }
