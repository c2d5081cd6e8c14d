// SPDX-License-Identifier: Apache-2.0
/** The container contract on one container. */
@NullMarked
package io.anteroom.contract.tomcat10;

import org.jspecify.annotations.NullMarked;
