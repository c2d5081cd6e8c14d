// SPDX-License-Identifier: Apache-2.0
/** Answers that go on: what browsers' pages and clients of the API are told each second, for as long as they watch. */
@NullMarked
package io.anteroom.admin.live;

import org.jspecify.annotations.NullMarked;
