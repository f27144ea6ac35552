#include <e5.h>
