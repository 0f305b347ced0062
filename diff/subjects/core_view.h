/* SPDX-License-Identifier: MIT */
/* The core's inspect functions in the form of a struct view. */
#pragma once

#include "oracle/eyes/view.h"

struct view core_view(const struct buddy_system *sys);
