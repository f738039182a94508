"""A compiled `jacobian` or `hessian` as a sparse matrix."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograd.compiled.sparse import Matrices


class AsMatrices:
    """A compiled function; see `Compiled`."""

    function: Callable[..., Any]
    _math: str

    def sparse(self, /, *args: Any, **kwargs: Any) -> Any:
        """The matrix that a compiled `jacobian` or `hessian` returns, without its zeros.

        Which entries are 0.0 whatever the numbers are is known from the program; they are not computed.

        Args:
            args: the arguments of the function, plain numbers.
            kwargs: arguments by name.

        Returns:
            A `scipy.sparse.csr_array` with a row for each number that the function returns, of a Hessian for
            each input, and a column for each number that it is differentiated by, in the order in which they
            stand in their trees. What the function returns beside them (`has_aux`) is left out.

        Raises:
            TypeError: if what was compiled is no jacobian and no hessian.
            ImportError: if scipy is missing, which the extra `sparse` brings.

        >>> from autograd import hessian, jit
        >>> f = jit(hessian(lambda x: x[0] ** 2 + x[1] ** 3 * x[2]))
        >>> f.sparse([1.0, 2.0, 3.0]).toarray()
        array([[ 2.,  0.,  0.],
               [ 0., 36., 12.],
               [ 0., 12.,  0.]])
        >>> f.sparse([1.0, 2.0, 3.0]).nnz
        4
        """
        return self._matrices.numbers(args, kwargs)

    def sparsity(self, /, *args: Any, **kwargs: Any) -> Any:
        """Which entries of the matrix that `sparse` returns may be other than 0.0, for whatever numbers.

        Args:
            args: arguments of the structure in question; their numbers do not matter.
            kwargs: arguments by name.

        Returns:
            A `scipy.sparse.csr_array` of the same structure, with True for every entry.

        Raises:
            TypeError: if what was compiled is no jacobian and no hessian.
            ImportError: if scipy is missing, which the extra `sparse` brings.

        >>> from autograd import jacobian, jit
        >>> jit(jacobian(lambda x: [x[0] * x[1], x[1].exp()])).sparsity([0.0, 0.0]).toarray()
        array([[ True,  True],
               [False,  True]])
        """
        return self._matrices.pattern(args, kwargs)

    @cached_property
    def _matrices(self) -> Matrices:
        from autograd.compiled.sparse import Matrices  # scipy is loaded where somebody asks for it

        return Matrices(self.function, self._math)
