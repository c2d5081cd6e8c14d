// SPDX-License-Identifier: Apache-2.0
/** The file anteroom.yaml: records, reading, and every problem told at once. */
@NullMarked
package io.anteroom.gateway.config;

import org.jspecify.annotations.NullMarked;
