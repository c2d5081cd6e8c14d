// SPDX-License-Identifier: Apache-2.0
/** The container contract on one container. */
@NullMarked
package io.anteroom.contract.tomcat11;

import org.jspecify.annotations.NullMarked;
