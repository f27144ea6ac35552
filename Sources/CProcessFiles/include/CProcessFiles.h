#pragma once
// Has an effect by being linked: see open.c.
