"""NumPy arrays against memory that must not be touched: whoever reads or writes beside them faults at once.

As PYVM_STRESS=guard-pages does for arrays that pyvm allocates.
"""

import ctypes
import mmap

import numpy as np

PAGE = mmap.PAGESIZE
_libc = ctypes.CDLL(None, use_errno=True)
_libc.mmap.restype = ctypes.c_void_p
_libc.mmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long)
_libc.mprotect.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
_READ_WRITE = mmap.PROT_READ | mmap.PROT_WRITE


def guarded(array, at_end=True):
    """A copy, C-contiguous, that ends right before such a page, or begins right behind one. Its memory stays mapped."""
    used = -(-max(array.nbytes, 1) // PAGE) * PAGE
    start = _libc.mmap(None, used + 2 * PAGE, 0, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, 0)
    if start is None or start == ctypes.c_void_p(-1).value or _libc.mprotect(start + PAGE, used, _READ_WRITE) != 0:
        raise OSError(ctypes.get_errno(), "no memory with guard pages")
    first = start + PAGE + (used - array.nbytes if at_end else 0)
    memory = (ctypes.c_byte * array.nbytes).from_address(first)
    copy = np.frombuffer(memory, array.dtype, array.size).reshape(array.shape)
    copy[...] = array
    return copy
