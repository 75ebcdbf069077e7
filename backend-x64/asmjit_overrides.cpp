// Two things that our copy of Debian's libasmjit.a (the root meson.build makes it) takes from here.
//
// The variable that it uses in place of the C library's `stderr`, which a shared object cannot refer to the way
// Debian's archive does. Only asmjit's failing assertions write to it, so it need not be set before static
// initialisation is over.
//
// What its register allocator calls after each change of its maps. Debian builds asmjit with assertions, and this one
// compares both maps whole for each operand: half of the time of allocation. In a release build it is left out; builds
// with assertions of their own keep asmjit's, which is weak.
#include <cstdio>

extern "C" {
__attribute__((visibility("hidden"))) extern FILE* pyvm_asmjit_stderr;
FILE* pyvm_asmjit_stderr = stderr;

#ifdef NDEBUG
void pyvm_asmjit_verify() asm("_ZN6asmjit8_abi_1_912RAAssignment6verifyEv"); // RAAssignment::verify()
void pyvm_asmjit_verify() {}
#endif
}
