#define PY_SSIZE_T_CLEAN
#define NPY_NO_DEPRECATED_API NPY_API_VERSION
/* All that the numpy at hand has: a wheel then runs with this numpy and later ones. */
#define NPY_TARGET_VERSION NPY_API_VERSION
#include <Python.h>
#include <numpy/arrayobject.h>

static PyObject *largest(PyObject *module, PyObject *values)
{
    (void)module;
    PyArrayObject *array = (PyArrayObject *)PyArray_FROM_OTF(values, NPY_DOUBLE, NPY_ARRAY_IN_ARRAY);
    if (array == NULL)
        return NULL;
    PyObject *found = PyArray_Max(array, NPY_RAVEL_AXIS, NULL);
    Py_DECREF(array);
    return found;
}

static PyMethodDef methods[] = {
    {"largest", largest, METH_O, "The largest of all items of an array."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_eggs",
    .m_size = -1,
    .m_methods = methods,
};

PyMODINIT_FUNC PyInit__eggs(void)
{
    import_array();
    return PyModule_Create(&definition);
}
