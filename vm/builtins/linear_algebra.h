// Matrix products: a @ b, np.dot. Floats go to OpenBLAS, which is opened at the first product that is large enough to
// gain; ints, and floats where there is no OpenBLAS, are computed by a plain loop.
#pragma once

#include "vm/object/objects.h"

namespace pyvm {

// Multiplications from which on a product of floats goes to OpenBLAS, whose order of additions is its own. A shorter
// one adds to 0 in the order of the subscripts.
inline constexpr std::int64_t least_for_blas = 100000;

// NumPy's matmul for 1 and 2 dimensions; ValueError for shapes that do not match.
Value matrix_product(CallContext& context, const Value& a, const Value& b);
// np.dot: matmul, and plain multiplication where an operand is a scalar.
Value dot_product(CallContext& context, const Value& a, const Value& b);

} // namespace pyvm
