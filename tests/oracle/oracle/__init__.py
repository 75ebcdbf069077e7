"""The oracle (DESIGN section 2): Numba-style kernels run under plain CPython with the results pyvm promises.

    from oracle import njit, prange          in place of          from numba import njit, prange

kinds.py       njit's result kinds                     transform.py   the rewriting of a kernel's source
scalars.py     arithmetic on typed scalars             runtime.py     what rewritten source calls
arrays.py      array expressions and functions         dispatch.py    njit itself
reductions.py  blocks, lanes and trees                 signatures.py  explicit signatures
classify.py    what each variable is to a prange loop  random.py      np.random in kernels
"""

from .dispatch import Kernel, jit, njit, prange
from .signatures import NAMES, Type

for _name, _kind in NAMES.items():
    globals()[_name] = Type(_kind)

_threads = 1


def get_num_threads():
    return _threads


def set_num_threads(count):
    global _threads
    _threads = count


def get_thread_id():
    return 0
