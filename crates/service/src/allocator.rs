//! Where the memory of a process comes from.
//!
//! The C library keeps the holes that many small allocations leave in lists, and with a network of a
//! million relations looks through them for two fifths of its time.

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;
