#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <numpy/arrayobject.h>

static PyObject *total(PyObject *module, PyObject *values)
{
    (void)module;
    PyArrayObject *array = (PyArrayObject *)PyArray_FROM_OTF(values, NPY_DOUBLE, NPY_ARRAY_IN_ARRAY);
    if (array == NULL)
        return NULL;
    const double *items = (const double *)PyArray_DATA(array);
    double sum = 0.0;
    for (npy_intp i = 0; i < PyArray_SIZE(array); i++)
        sum += items[i];
    Py_DECREF(array);
    return PyFloat_FromDouble(sum);
}

static PyMethodDef methods[] = {
    {"total", total, METH_O, "The sum of all items of an array, as a float."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_spam",
    .m_size = -1,
    .m_methods = methods,
};

PyMODINIT_FUNC PyInit__spam(void)
{
    import_array();
    return PyModule_Create(&definition);
}
