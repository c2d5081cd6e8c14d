// SPDX-License-Identifier: Apache-2.0
/** What every servlet container must do with the filter in front of it. */
@NullMarked
package io.anteroom.contract;

import org.jspecify.annotations.NullMarked;
