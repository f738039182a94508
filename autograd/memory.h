/* How compiled nodes are allocated and freed, in place of what mypyc generates.

   A chain of a million nodes must not be freed by a million calls inside one another: nodes that die while
   another one is being freed wait in a list. CPython keeps such a list of its own, the "trashcan", in the
   headers of the garbage collector; nodes have no such header, and their neighbours' would be overwritten.

   A number of freed nodes is kept for the next graph, which spares the allocator and the kernel the work.

   Both lists run through the reference counts, which a dead node no longer needs. The global interpreter
   lock guards them. */

#include <Python.h>
#include <string.h>

#define MAX_SPARE_NODES 131072

static PyObject *waiting_nodes = NULL;
static PyObject *spare_nodes = NULL;
static Py_ssize_t spare_node_count = 0;
static int freeing_nodes = 0;

static void push_node(PyObject **list, PyObject *node) {
    node->ob_refcnt = (Py_ssize_t)*list;
    *list = node;
}

static PyObject *pop_node(PyObject **list) {
    PyObject *node = *list;
    if (node != NULL)
        *list = (PyObject *)node->ob_refcnt;
    return node;
}

static PyObject *allocate_node(PyTypeObject *type) {
    PyObject *node = pop_node(&spare_nodes);
    if (node == NULL)
        return type->tp_alloc(type, 0);
    spare_node_count--;
    memset((char *)node + sizeof(PyObject), 0, type->tp_basicsize - sizeof(PyObject));
    Py_SET_REFCNT(node, 1);
    return node;
}

static void free_node(PyObject *node) {
    if (spare_node_count >= MAX_SPARE_NODES) {
        Py_TYPE(node)->tp_free(node);
        return;
    }
    spare_node_count++;
    push_node(&spare_nodes, node);
}

/* `clear` releases the operands, and a release may bring the next node here. */
static void deallocate_node(PyObject *node, int (*clear)(PyObject *)) {
    push_node(&waiting_nodes, node);
    if (freeing_nodes)
        return;
    freeing_nodes = 1;
    while ((node = pop_node(&waiting_nodes)) != NULL) {
        Py_SET_REFCNT(node, 0);
        clear(node);
        free_node(node);
    }
    freeing_nodes = 0;
}
