// SPDX-License-Identifier: Apache-2.0
/** Raw HTTP/1.1 and HTTP/2 clients that leave, stall and break off exactly when a test says so. */
@NullMarked
package io.anteroom.contract.client;

import org.jspecify.annotations.NullMarked;
