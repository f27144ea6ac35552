// A disk that loses power. What SQLite writes stays in memory until SQLite syncs it; a cut keeps a random part of the
// rest, in a random order, some writes torn between sectors. Locks and shared memory are those of real files.
#pragma once

#include <stdint.h>

// Registers the VFS "power-loss"; further calls do nothing. Returns a SQLite result code.
int power_loss_register(void);

// Cuts the power with the write, sync or truncation after so many of them; 0 is the next one. Until then the disk works.
void power_loss_cut_after(int64_t operations, uint64_t seed);

// Cuts the power now.
void power_loss_cut(uint64_t seed);

// True from the cut on: every access fails.
int power_loss_is_cut(void);

// The disk works again, with what it kept. All files must have been closed.
void power_loss_restore(void);

// Lets files take so many bytes in all; the write beyond is a full disk. Negative: no limit.
void power_loss_limit(int64_t bytes);

// Writes, syncs and truncations so far.
int64_t power_loss_operations(void);
