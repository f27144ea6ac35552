#pragma once

// The settings of glibc's allocator, whose header Swift's Glibc module leaves out.

// For a server of large, short-lived buffers: they are mapped apart, so that they go back to the system once freed.
void sarai_allocator_prepare(void);

// Gives memory that is free inside the allocator back to the system.
void sarai_allocator_trim(void);
