// SPDX-License-Identifier: Apache-2.0
/** The gateway's server: Jetty, the filter, the proxy, health, access log. */
@NullMarked
package io.anteroom.gateway.server;

import org.jspecify.annotations.NullMarked;
