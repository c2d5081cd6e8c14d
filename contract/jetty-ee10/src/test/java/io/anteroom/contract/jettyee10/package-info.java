// SPDX-License-Identifier: Apache-2.0
/** The container contract on one container. */
@NullMarked
package io.anteroom.contract.jettyee10;

import org.jspecify.annotations.NullMarked;
