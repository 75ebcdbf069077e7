// The same histogram in C++, whichever way the parts are added up.
#include "bench/kernels/histogram.cpp"
