"""The places of the generated C that are changed, each with its reason.

`README.md` in this folder has what they are worth.
"""

from __future__ import annotations

from typing import NamedTuple


class Change(NamedTuple):
    """A place of the generated C, as a regular expression, and what stands there instead."""

    why: str
    generated: str
    wanted: str
    everywhere: bool = False  # else it occurs exactly once


NODE = "autograd___value___ValueObject"
_SETUP = "CPyDef_value_____mypyc__Value_setup"


def _undeletable(attribute: str) -> Change:
    return Change(
        f"mypyc crashes at `del node.{attribute}`; this is an error",
        rf"(value___Value_set_{attribute}\({NODE} \*self, PyObject \*value, void \*closure\)\s*\{{)",
        r"\1 if (value == NULL) { PyErr_SetString(PyExc_AttributeError, "
        rf'"the {attribute} of a Value cannot be deleted"); return -1; }}',
    )


CHANGES = [
    Change(
        "lists grow and shrink inline, where they need not be resized",
        r'#include "__native_internal_autograd.h"\n',
        r'\g<0>#include "../autograd/native/lists.h"\n',
    ),
    Change(
        "nodes are allocated by memory.h",
        rf"(self = \({NODE} \*\))type->tp_alloc\(type, 0\);",
        rf"\1allocate_node(type, sizeof({NODE}));",
    ),
    Change(
        "nodes are freed by memory.h, which does not call itself for a node's operands",
        rf"(value___Value_dealloc\({NODE} \*self\)\s*\{{).*?\}}",
        r"\1 deallocate_node((PyObject *)self, CPyDef_value___Value_clear); }",
    ),
    Change(
        "a node is left all zeros, as it was allocated, until it is filled in; its table of methods is not "
        "needed, as the class is final, and leaves its place to the attributes that a user sets",
        r"self->vtable = value___Value_vtable;\s*self->_data = .*?(return)",
        r"\1",
    ),
    Change(
        "a call with nothing but a number, as most are, has no arguments to sort",
        r"(value___Value_new\(PyTypeObject \*type, PyObject \*args, PyObject \*kwds\)\s*\{\s*if .*?\})",
        r"\1 if (kwds == NULL && PyTuple_GET_SIZE(args) == 1) "
        "return CPyDef_value___Value(PyTuple_GET_ITEM(args, 0), NULL, NULL, NULL);",
    ),
    Change(
        "attributes of the user's own, in the place of the table of methods",
        rf"(\.tp_basicsize = sizeof\({NODE}\),)",
        rf"\1 .tp_dictoffset = offsetof({NODE}, vtable),",
    ),
    Change(
        "vars(node)",
        r"(PyGetSetDef value___Value_getseters\[\] = \{)",
        r'\1 {"__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, NULL, NULL},',
    ),
    Change(
        "those attributes are freed with the node",
        r"(CPyDef_value___Value_clear\(PyObject \*cpy_r_self\)\s*\{[^;]*;)",
        r"\1 clear_attributes(&self->vtable);",
    ),
    Change(
        "a blank node is made by memory.h",
        r"((cpy_r_r\d+) = CPyStatic_value____blank;(?:(?!_blank;).)*?)PyObject_Vectorcall\(\2,[^)]*\)",
        rf"\1{_SETUP}((PyObject *)CPyType_value___Value)",
        everywhere=True,
    ),
    Change(
        "where it is filled in: the compiler sees that it is a node, and that it is blank",
        rf"\n *(PyObject \*{_SETUP}\(PyObject \*cpy_r_type\)\s*\{{)",
        r"\nALWAYS_INLINE \1",
    ),
    Change(
        "and refers to nothing yet that could be released",
        rf"CPy_DECREF(?:_NO_IMM)?(\(\(\({NODE} \*\)cpy_r_r\d+\)->__(?:tag|operation|left|right)\);)",
        r"CPy_XDECREF\1",
        everywhere=True,
    ),
    Change(
        "the class of a line is called by what it is in errors",
        r'(\.tp_name = )"\w+_line"',
        r'\1"Operation"',
        everywhere=True,
    ),
    Change(
        "an operand is given by position only, which mypyc does not keep to",
        r"(CPyPy_kernels___Unary_____call__\([^)]*\) \{[^}]*kwlist\[\] = )\{\"x\", 0\}",
        r'\1{"", 0}',
    ),
    Change(
        "and so are two",
        r"(CPyPy_kernels___Binary_____call__\([^)]*\) \{[^}]*kwlist\[\] = )\{\"x\", \"y\", 0\}",
        r'\1{"", "", 0}',
    ),
    Change(
        "a call of one operand, as most are, has no arguments to sort",
        r"(CPyPy_kernels___Unary_____call__)(\([^)]*\) \{)",
        r"\1\2 if (kwnames == NULL && PyVectorcall_NARGS(nargs) == 1) { PyObject *rest = PyTuple_New(0);"
        r" PyObject *made = CPyDef_kernels___Unary_____call__(self, args[0], rest);"
        r" Py_DECREF(rest); return made; }",
    ),
    Change(
        "nor one of two",
        r"(CPyPy_kernels___Binary_____call__)(\([^)]*\) \{)",
        r"\1\2 if (kwnames == NULL && PyVectorcall_NARGS(nargs) == 2) { PyObject *rest = PyTuple_New(0);"
        r" PyObject *made = CPyDef_kernels___Binary_____call__(self, args[0], args[1], rest);"
        r" Py_DECREF(rest); return made; }",
    ),
    Change(
        "the mode of a thread is read without a call of Python",
        r"(cpy_r_r\d+)( = CPyStatic_modes___find_place;(?:(?!CPyStatic_modes___find).)*?)"
        r"(cpy_r_r\d+) = PyObject_Vectorcall\(\1, 0, 0, 0\);",
        r"\1\2\3 = NULL; PyContextVar_Get(CPyStatic_modes____PLACE, NULL, &\3);",
        everywhere=True,
    ),
    Change(
        "the functions of C are called where Python's `math` would call them",
        r"((?:double|char) CPyDef_libm___(\w+)\((?:double cpy_r_x)\) \{)",
        r"\1 return \2(cpy_r_x);",
        everywhere=True,
    ),
    Change(
        "and those of two arguments",
        r"(double CPyDef_libm___(\w+)\(double cpy_r_x, double cpy_r_y\) \{)",
        r"\1 return \2(cpy_r_x, cpy_r_y);",
        everywhere=True,
    ),
    Change(
        "the walk asks for memory ahead",
        r"(cpy_r_node\)->__mark = cpy_r_\w+;)",
        r"\1 prefetch_node((char *)cpy_r_node - AHEAD);",
        everywhere=True,
    ),
    Change(
        "and where it would be used, the function is called that it would lead to",
        rf"CPY_SET_ATTR\((\w+), CPyType_value___Value, \d+, ([^,]+), {NODE}, \w+, char\); /\* (\w+) \*/",
        r"CPyDef_value___Value_____mypyc_setter__\3(\1, \2);",
        everywhere=True,
    ),
    Change(
        "`node.grad = None` is 0.0",
        rf"(value___Value_set_grad\({NODE} \*self, PyObject \*value, void \*closure\)\s*\{{)",
        r"\1 if (value == Py_None) { self->__grad = 0.0; return 0; }",
    ),
    Change(
        "the chain rule is inlined into the loop over the nodes",
        r"\n\s*(char CPyDef_value___Value____pass_on\(PyObject \*cpy_r_self\) \{)",
        r"\nALWAYS_INLINE \1",
    ),
    _undeletable("_backward"),
    _undeletable("grad"),
    _undeletable("label"),
    _undeletable("scope"),
    Change(
        "what is compiled has one state for the whole process; destroyed with another interpreter, it would "
        "be missing in the main one",
        r"(PyObject \*CPyInit_\w+\(void\)\s*\{)",
        r"\1 if (!in_main_interpreter()) return NULL;",
        everywhere=True,
    ),
    Change(
        "a method of mypyc's own makes nodes without their parts, which crash",
        rf'\{{"__internal_mypyc_setup", \(PyCFunction\){_SETUP}, METH_O, NULL\}},',
        "",
    ),
    Change(
        "mypyc keeps a freed closure for the next call and hands it out before it is cleared, which can give "
        "way to another thread; so none is kept",
        r"if \((\w+_free_instance == NULL)\)",
        r"if (0 && \1)",
        everywhere=True,
    ),
]
