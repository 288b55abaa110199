// libc++abi says why it aborts with printf, which would be the only use of it and 6 KB of code. The
// module cannot print anyway: the trap's stack has to do.
#include <cstdlib>

extern "C" [[noreturn]] void abort_message(const char* format, ...);

extern "C" void abort_message(const char* /*format*/, ...) { std::abort(); }
