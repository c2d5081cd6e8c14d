// SPDX-License-Identifier: Apache-2.0
/** The streaming reverse proxy servlet. */
@NullMarked
package io.anteroom.gateway.proxy;

import org.jspecify.annotations.NullMarked;
