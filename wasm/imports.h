// What the module asks of JavaScript: js/worker/flow-imports.ts implements these. Sizes and offsets
// are doubles: a u64 would become a BigInt, and 2^53 bytes are enough.
#pragma once

#define FLOWDB_IMPORT(name) [[clang::import_module("flow"), clang::import_name(#name)]]

extern "C" {

// Calls of the synchronous access handle with this number. Result: what the handle returned (0 where
// it returns nothing), or below 0 when it threw: -2 for a full quota, else -1.
FLOWDB_IMPORT(read)
double flow_file_read(int file, double offset, char* buffer, double length);
FLOWDB_IMPORT(write)
double flow_file_write(int file, double offset, const char* buffer, double length);
FLOWDB_IMPORT(truncate)
double flow_file_truncate(int file, double size);
FLOWDB_IMPORT(flush)
double flow_file_flush(int file);
FLOWDB_IMPORT(size)
double flow_file_size(int file);
// Copies what the last exception said, in UTF-8, at most `room` bytes. Result: how many.
FLOWDB_IMPORT(error)
int flow_file_error(char* out, int room);

// Hands over replies that the heap shall not hold all at once.
FLOWDB_IMPORT(replies)
void flow_replies(const char* replies, double length);

FLOWDB_IMPORT(random)
void flow_random(void* out, int bytes);
// Milliseconds since 1970.
FLOWDB_IMPORT(now)
double flow_now_ms();

}  // extern "C"
