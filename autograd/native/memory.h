/* How compiled nodes are allocated and freed, in place of what mypyc generates.

   Nodes live in chunks of 2 MiB, aligned to their size, so that the address of a node tells its chunk. A chunk
   whose nodes are all freed waits for the next graph, so that a training loop never asks the system for
   memory. Beyond 64 of them, which hold 1.4 million nodes, they go back to the system; but where one is asked
   for again, it was given back too soon, and one more will be kept. What is kept beyond the 64 is only lent:
   the system may take the pages where it is short of them.

   A chain of a million nodes must not be freed by a million calls inside one another: nodes that die while
   another one is being freed wait in a list. CPython keeps such a list of its own, the "trashcan", in the
   headers of the garbage collector; nodes have no such header, and their neighbours would be overwritten.

   Lists of dead nodes run through their first word, the reference count, which the dead do not need. The
   global interpreter lock guards everything here.

   A graph of some ten thousand nodes is larger than the caches near the processor. Nodes lie in memory mostly
   in the order in which they were made, so what will be needed soon can be asked for ahead: above a node that
   is made, below one that a walk passes or that is freed. */

#include <Python.h>
#include <stdint.h>
#include <string.h>

#ifdef _WIN32
#include <malloc.h>
#else
#include <sys/mman.h>
#endif

#if defined(__GNUC__)
#define ALWAYS_INLINE inline __attribute__((always_inline))
#define NEVER_INLINE __attribute__((noinline))
#define PREFETCH(address) __builtin_prefetch(address, 1)
#else
#define ALWAYS_INLINE
#define NEVER_INLINE
#define PREFETCH(address) (void)(address)
#endif

#if defined(_MSC_VER)
#define PER_THREAD __declspec(thread)
#elif defined(__GLIBC__) /* musl cannot load this model later than the program */
#define PER_THREAD __thread __attribute__((tls_model("initial-exec")))
#else
#define PER_THREAD __thread
#endif

static int in_main_interpreter(void) {
    if (PyInterpreterState_Get() == PyInterpreterState_Main())
        return 1;
    PyErr_SetString(PyExc_ImportError, "compiled, autograd runs in the main interpreter only; for others install "
                                       "it with SCALAR_AUTOGRAD_NATIVE=0, which runs the Python files");
    return 0;
}

#define CHUNK_SIZE ((uintptr_t)1 << 21)
#define LENT_FROM ((uintptr_t)1 << 16) /* the head of the chunk stays, whatever the size of a page */
#define FIRST_NODE 64 /* after the head of the chunk, and aligned as CPython aligns objects */
#define OWN_CHUNKS 64
#define CACHE_LINE 64
#define NODES_AHEAD 32 /* far enough for the slowest memory */
#define AHEAD (NODES_AHEAD * 96) /* the size of a node, as the struct is not known yet */

typedef struct Chunk {
    struct Chunk *next, *previous; /* among the chunks with room */
    PyObject *freed;               /* nodes that were used before, */
    char *fresh;                   /* and where those begin that never were */
    Py_ssize_t used;
} Chunk;

static Chunk *roomy_chunks = NULL;
static Py_ssize_t chunk_count = 0, empty_chunk_count = 0, returned_chunk_count = 0;
static Py_ssize_t max_empty_chunks = OWN_CHUNKS;

/* A finalizer may give way to other threads, which go on freeing. */
static PER_THREAD PyObject *waiting_nodes = NULL;
static PER_THREAD int freeing_nodes = 0;

static void prefetch_node(const char *node) {
    PREFETCH(node);
    PREFETCH(node + CACHE_LINE);
}

static void push(PyObject **list, PyObject *node) {
    memcpy((void *)node, (void *)list, sizeof(PyObject *));
    *list = node;
}

static PyObject *pop(PyObject **list) {
    PyObject *node = *list;
    memcpy((void *)list, (void *)node, sizeof(PyObject *));
    return node;
}

static Chunk *map_chunk(void) {
#ifdef _WIN32
    return _aligned_malloc(CHUNK_SIZE, CHUNK_SIZE);
#else
    int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    char *start = mmap(NULL, 2 * CHUNK_SIZE, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (start == MAP_FAILED)
        return NULL;
    char *aligned = (char *)(((uintptr_t)start + CHUNK_SIZE - 1) & ~(CHUNK_SIZE - 1));
    if (aligned > start)
        munmap(start, aligned - start);
    munmap(aligned + CHUNK_SIZE, start + CHUNK_SIZE - aligned);
#ifdef MADV_POPULATE_WRITE
    if (chunk_count >= 16) /* a large graph: all pages at once cost less than each when it is first touched */
        madvise(aligned, CHUNK_SIZE, MADV_POPULATE_WRITE);
#endif
    return (Chunk *)aligned;
#endif
}

static void unmap_chunk(Chunk *chunk) {
#ifdef _WIN32
    _aligned_free(chunk);
#else
    munmap(chunk, CHUNK_SIZE);
#endif
}

static void add_roomy(Chunk *chunk) {
    chunk->previous = NULL;
    chunk->next = roomy_chunks;
    if (roomy_chunks != NULL)
        roomy_chunks->previous = chunk;
    roomy_chunks = chunk;
}

static NEVER_INLINE void remove_roomy(Chunk *chunk) {
    if (chunk->previous != NULL)
        chunk->previous->next = chunk->next;
    else
        roomy_chunks = chunk->next;
    if (chunk->next != NULL)
        chunk->next->previous = chunk->previous;
}

static void reset_chunk(Chunk *chunk) {
    chunk->freed = NULL;
    chunk->fresh = (char *)chunk + FIRST_NODE;
    chunk->used = 0;
    empty_chunk_count++;
}

static NEVER_INLINE Chunk *add_chunk(void) {
    Chunk *chunk = map_chunk();
    if (chunk == NULL) {
        max_empty_chunks = 4; /* where memory is short, little of it is kept */
        returned_chunk_count = 0;
        PyErr_NoMemory();
        return NULL;
    }
    if (returned_chunk_count > 0) {
        returned_chunk_count--;
        max_empty_chunks++;
    }
    chunk_count++;
    reset_chunk(chunk);
    add_roomy(chunk);
    return chunk;
}

static ALWAYS_INLINE PyObject *allocate_node(PyTypeObject *type, size_t size) {
    Chunk *chunk = roomy_chunks;
    if (chunk == NULL && (chunk = add_chunk()) == NULL)
        return NULL;
    if (chunk->used++ == 0)
        empty_chunk_count--;
    PyObject *node;
    if (chunk->freed != NULL) {
        node = pop(&chunk->freed);
        PREFETCH(chunk->freed);
    } else {
        node = (PyObject *)chunk->fresh;
        chunk->fresh += size;
    }
    if (chunk->freed == NULL && chunk->fresh + size > (char *)chunk + CHUNK_SIZE)
        remove_roomy(chunk);
    prefetch_node((char *)node + AHEAD);
    memset(node, 0, size);
    Py_SET_TYPE(node, type);
    Py_SET_REFCNT(node, 1);
    return node;
}

static void free_node(PyObject *node) {
    Chunk *chunk = (Chunk *)((uintptr_t)node & ~(CHUNK_SIZE - 1));
    Py_ssize_t size = Py_TYPE(node)->tp_basicsize;
    if (chunk->freed == NULL && chunk->fresh + size > (char *)chunk + CHUNK_SIZE)
        add_roomy(chunk);
    push(&chunk->freed, node);
    if (--chunk->used > 0)
        return;
    reset_chunk(chunk);
    if (empty_chunk_count > max_empty_chunks) {
        returned_chunk_count++;
        chunk_count--;
        empty_chunk_count--;
        remove_roomy(chunk);
        unmap_chunk(chunk);
    }
#ifdef MADV_FREE
    else if (empty_chunk_count > OWN_CHUNKS)
        madvise((char *)chunk + LENT_FROM, CHUNK_SIZE - LENT_FROM, MADV_FREE);
#endif
}

/* The attributes that a user has set on a node, if any: a dict. */
static ALWAYS_INLINE void clear_attributes(void *place) {
    PyObject *attributes;
    memcpy(&attributes, place, sizeof(PyObject *));
    if (attributes != NULL) {
        memset(place, 0, sizeof(PyObject *));
        Py_DECREF(attributes);
    }
}

/* `clear` releases the operands, and a release may bring the next node here. */
static void deallocate_node(PyObject *node, int (*clear)(PyObject *)) {
    if (freeing_nodes) {
        push(&waiting_nodes, node);
        return;
    }
    freeing_nodes = 1;
    for (;;) {
        prefetch_node((char *)node - AHEAD);
        clear(node);
        free_node(node);
        if (waiting_nodes == NULL)
            break;
        node = pop(&waiting_nodes);
    }
    freeing_nodes = 0;
}
