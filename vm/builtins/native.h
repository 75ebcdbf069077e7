// The C++ functions behind the guest's library. Each is named in builtins.def, methods.def or types.def; its meaning is
// the guest function's. A method gets its object as the first positional argument.
#pragma once

#include "vm/builtins/elementwise.h"
#include "vm/object/array.h"
#include "vm/object/objects.h"
#include "vm/semantics/math_functions.h"
#include "vm/semantics/operators.h"

namespace pyvm::native {

// Families of functions, instantiated by the tables.
template <MathFunction function> Value math_function(CallContext& context, const Arguments& arguments);
template <MathFunction function> Value math_to_int(CallContext& context, const Arguments& arguments);
template <FloatTest test> Value math_test(CallContext& context, const Arguments& arguments);
template <MathFunction function> Value numpy_math(CallContext& context, const Arguments& arguments);
template <BinaryOp op> Value numpy_binary(CallContext& context, const Arguments& arguments);
template <CompareOp op> Value numpy_compare(CallContext& context, const Arguments& arguments);
template <UnaryOp op> Value numpy_unary(CallContext& context, const Arguments& arguments);
template <BinaryOp op> Value numpy_logical(CallContext& context, const Arguments& arguments);
template <bool maximum> Value numpy_extreme(CallContext& context, const Arguments& arguments);
template <FloatTest test> Value numpy_test(CallContext& context, const Arguments& arguments);
template <ScalarKind kind> Value numpy_scalar_of(CallContext& context, const Arguments& arguments);
template <ExceptionKind kind> Value exception_of(CallContext& context, const Arguments& arguments);

// Everything else has the one signature.
#define PYVM_NATIVE(function) Value function(CallContext& context, const Arguments& arguments);
// clang-format off
PYVM_NATIVE(print) PYVM_NATIVE(len) PYVM_NATIVE(abs) PYVM_NATIVE(min) PYVM_NATIVE(max) PYVM_NATIVE(sum)
PYVM_NATIVE(round) PYVM_NATIVE(pow) PYVM_NATIVE(divmod) PYVM_NATIVE(isinstance) PYVM_NATIVE(enumerate) PYVM_NATIVE(zip)
PYVM_NATIVE(reversed) PYVM_NATIVE(iter) PYVM_NATIVE(next) PYVM_NATIVE(any) PYVM_NATIVE(all) PYVM_NATIVE(repr)
PYVM_NATIVE(format) PYVM_NATIVE(id) PYVM_NATIVE(callable) PYVM_NATIVE(hasattr) PYVM_NATIVE(getattr) PYVM_NATIVE(ord)
PYVM_NATIVE(chr) PYVM_NATIVE(bin) PYVM_NATIVE(oct) PYVM_NATIVE(hex) PYVM_NATIVE(range) PYVM_NATIVE(prange)
PYVM_NATIVE(type_of_value) PYVM_NATIVE(int_of) PYVM_NATIVE(float_of) PYVM_NATIVE(bool_of) PYVM_NATIVE(str_of_value)
PYVM_NATIVE(tuple_of) PYVM_NATIVE(slice) PYVM_NATIVE(numpy_dtype)
PYVM_NATIVE(math_log) PYVM_NATIVE(math_degrees) PYVM_NATIVE(math_radians) PYVM_NATIVE(math_gcd) PYVM_NATIVE(math_isqrt)
PYVM_NATIVE(math_factorial)
PYVM_NATIVE(time_perf_counter) PYVM_NATIVE(time_perf_counter_ns) PYVM_NATIVE(time_time) PYVM_NATIVE(time_time_ns)
PYVM_NATIVE(time_process_time) PYVM_NATIVE(time_sleep) PYVM_NATIVE(sys_exit)
PYVM_NATIVE(numpy_abs) PYVM_NATIVE(numpy_logical_not) PYVM_NATIVE(numpy_square) PYVM_NATIVE(numpy_sign)
PYVM_NATIVE(numpy_where) PYVM_NATIVE(numpy_clip) PYVM_NATIVE(numpy_round)
PYVM_NATIVE(numpy_array) PYVM_NATIVE(numpy_asarray) PYVM_NATIVE(numpy_ascontiguousarray) PYVM_NATIVE(numpy_copy)
PYVM_NATIVE(numpy_zeros) PYVM_NATIVE(numpy_ones) PYVM_NATIVE(numpy_empty) PYVM_NATIVE(numpy_full)
PYVM_NATIVE(numpy_zeros_like) PYVM_NATIVE(numpy_ones_like) PYVM_NATIVE(numpy_empty_like) PYVM_NATIVE(numpy_full_like)
PYVM_NATIVE(numpy_arange) PYVM_NATIVE(numpy_linspace) PYVM_NATIVE(numpy_eye) PYVM_NATIVE(numpy_identity)
PYVM_NATIVE(numpy_sum) PYVM_NATIVE(numpy_prod) PYVM_NATIVE(numpy_min) PYVM_NATIVE(numpy_max) PYVM_NATIVE(numpy_mean)
PYVM_NATIVE(numpy_std) PYVM_NATIVE(numpy_var) PYVM_NATIVE(numpy_any) PYVM_NATIVE(numpy_all) PYVM_NATIVE(numpy_argmin)
PYVM_NATIVE(numpy_argmax) PYVM_NATIVE(numpy_cumsum) PYVM_NATIVE(numpy_count_nonzero) PYVM_NATIVE(numpy_dot)
PYVM_NATIVE(numpy_allclose) PYVM_NATIVE(numpy_isclose) PYVM_NATIVE(numpy_array_equal) PYVM_NATIVE(numpy_reshape)
PYVM_NATIVE(numpy_ravel) PYVM_NATIVE(numpy_transpose) PYVM_NATIVE(numpy_concatenate) PYVM_NATIVE(numpy_shape)
PYVM_NATIVE(numpy_ndim) PYVM_NATIVE(numpy_size)
PYVM_NATIVE(random_state)
PYVM_NATIVE(njit) PYVM_NATIVE(numba_get_thread_id) PYVM_NATIVE(numba_get_num_threads) PYVM_NATIVE(numba_set_num_threads)
PYVM_NATIVE(array_copy) PYVM_NATIVE(array_astype) PYVM_NATIVE(array_fill) PYVM_NATIVE(array_item)
PYVM_NATIVE(array_reshape) PYVM_NATIVE(array_flatten) PYVM_NATIVE(array_transpose) PYVM_NATIVE(array_view)
PYVM_NATIVE(str_upper) PYVM_NATIVE(str_lower) PYVM_NATIVE(str_strip) PYVM_NATIVE(str_lstrip) PYVM_NATIVE(str_rstrip)
PYVM_NATIVE(str_startswith) PYVM_NATIVE(str_endswith) PYVM_NATIVE(str_find) PYVM_NATIVE(str_count)
PYVM_NATIVE(str_replace) PYVM_NATIVE(str_join) PYVM_NATIVE(str_format) PYVM_NATIVE(str_ljust) PYVM_NATIVE(str_rjust)
PYVM_NATIVE(str_center) PYVM_NATIVE(str_zfill) PYVM_NATIVE(str_isdigit) PYVM_NATIVE(str_isalpha) PYVM_NATIVE(str_isspace)
PYVM_NATIVE(tuple_count) PYVM_NATIVE(tuple_index)
PYVM_NATIVE(int_bit_length) PYVM_NATIVE(int_bit_count) PYVM_NATIVE(number_self) PYVM_NATIVE(float_is_integer)
PYVM_NATIVE(scalar_item) PYVM_NATIVE(scalar_astype)
// clang-format on
#undef PYVM_NATIVE

    // Axes reversed; a view.
    Ref<Array> transposed(const Array& array);
// The class of a scalar kind: numpy.float32.
Value scalar_type(ScalarKind kind);

// The constants of sys.
Value program_arguments();
Value output_stream(bool standard_error);

} // namespace pyvm::native
