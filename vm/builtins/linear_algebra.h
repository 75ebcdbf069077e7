// Matrix products: a @ b, np.dot. Floats go to OpenBLAS, which is opened at the first product that is large enough to
// gain; ints, and floats where there is no OpenBLAS, are computed by a plain loop.
#pragma once

#include "vm/object/objects.h"

namespace pyvm {

// NumPy's matmul for 1 and 2 dimensions; ValueError for shapes that do not match.
Value matrix_product(CallContext& context, const Value& a, const Value& b);
// np.dot: matmul, and plain multiplication where an operand is a scalar.
Value dot_product(CallContext& context, const Value& a, const Value& b);

} // namespace pyvm
