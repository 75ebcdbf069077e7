// The variable that our copy of libasmjit.a uses in place of the C library's `stderr`, which a shared object cannot
// refer to the way Debian's archive does. The root meson.build makes the copy and tells more. Only asmjit's failing
// assertions write to it, so it need not be set before static initialisation is over.
#include <cstdio>

extern "C" {
__attribute__((visibility("hidden"))) extern FILE* pyvm_asmjit_stderr;
FILE* pyvm_asmjit_stderr = stderr;
}
