/* Appending to a list and popping from it, inline where the list need not be resized. The generated code calls
   these in place of the functions of CPython and mypyc. What is popped from a long list, one after the other,
   is mostly nodes, so they too are asked for ahead. */

static int append_item(PyObject *list, PyObject *item) {
    PyListObject *self = (PyListObject *)list;
    Py_ssize_t size = Py_SIZE(self);
    if (size >= self->allocated)
        return PyList_Append(list, item);
    Py_INCREF(item);
    self->ob_item[size] = item;
    Py_SET_SIZE(self, size + 1);
    return 0;
}

static PyObject *pop_item(PyObject *list) {
    PyListObject *self = (PyListObject *)list;
    Py_ssize_t size = Py_SIZE(self) - 1;
    if (size < self->allocated / 2)
        return CPyList_PopLast(list);
    if (size >= NODES_AHEAD)
        prefetch_node((char *)self->ob_item[size - NODES_AHEAD]);
    Py_SET_SIZE(self, size);
    return self->ob_item[size];
}

#define PyList_Append append_item
#define CPyList_PopLast pop_item
